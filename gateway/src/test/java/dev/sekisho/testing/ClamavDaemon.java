package dev.sekisho.testing;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * The real clamd, as an ordinary process on a socket and a configuration of its own. Its database
 * is one signature written by hand, so that nothing is fetched.
 */
public final class ClamavDaemon implements Closeable {
  private static final int PATIENCE_SECONDS = 60;

  private final Process process;
  private final Path socket;

  private ClamavDaemon(Process process, Path socket) {
    this.process = process;
    this.socket = socket;
  }

  /**
   * @param folder for everything it needs
   * @param name what it calls the signature; it appends {@code .UNOFFICIAL}
   * @param content what the signature matches at the start of a file
   * @param more lines of clamd.conf
   */
  public static ClamavDaemon start(Path folder, String name, byte[] content, String more)
      throws IOException, InterruptedException {
    Path database = Files.createDirectories(folder.resolve("database"));
    Path temporary = Files.createDirectories(folder.resolve("temporary"));
    Files.writeString(
        database.resolve("test.ndb"),
        name + ":0:0:" + HexFormat.of().formatHex(content) + "\n",
        StandardCharsets.US_ASCII);
    Path socket = folder.resolve("clamd.ctl");
    Path configuration =
        Files.writeString(
            folder.resolve("clamd.conf"),
            """
            LocalSocket %s
            DatabaseDirectory %s
            TemporaryDirectory %s
            Foreground yes
            SelfCheck 0
            %s
            """
                .formatted(socket, database, temporary, more));
    Process process =
        new ProcessBuilder("/usr/sbin/clamd", "--config-file=" + configuration)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("clamd.out").toFile())
            .start();
    var daemon = new ClamavDaemon(process, socket);
    daemon.awaitSocket(folder.resolve("clamd.out"));
    return daemon;
  }

  private void awaitSocket(Path output) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Files.exists(socket)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        process.destroyForcibly();
        throw new AssertionError("clamd did not start: " + Files.readString(output));
      }
      Thread.sleep(20);
    }
  }

  /** The configuration's word for where it is. */
  public String address() {
    return "unix:" + socket;
  }

  /** Where it listens. */
  public Path socket() {
    return socket;
  }

  /** Stops it as a crash would. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
