package dev.sekisho.testing;

import java.io.Closeable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
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

  private final Path folder;
  private final Path socket;
  private Process process;

  private ClamavDaemon(Path folder, Path socket) throws IOException {
    this.folder = folder;
    this.socket = socket;
    this.process = launch(folder);
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
    var daemon = new ClamavDaemon(folder, socket);
    daemon.awaitSocket();
    return daemon;
  }

  private static Process launch(Path folder) throws IOException {
    return new ProcessBuilder("/usr/sbin/clamd", "--config-file=" + folder.resolve("clamd.conf"))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("clamd.out").toFile())
        .start();
  }

  private void awaitSocket() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Files.exists(socket)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        process.destroyForcibly();
        throw new AssertionError(
            "clamd did not start: " + Files.readString(folder.resolve("clamd.out")));
      }
      Thread.sleep(20);
    }
  }

  /** Starts it again, after {@link #kill}. */
  public void restart() throws IOException, InterruptedException {
    Files.deleteIfExists(socket);
    process = launch(folder);
    awaitSocket();
  }

  /** Another signature beside the first; known after {@link #reload}. */
  public void addSignature(String name, byte[] content) throws IOException {
    Files.writeString(
        folder.resolve("database").resolve(name + ".ndb"),
        name + ":0:0:" + HexFormat.of().formatHex(content) + "\n",
        StandardCharsets.US_ASCII);
  }

  /** Has it read its signatures again; returns at once. */
  public void reload() throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap("zRELOAD\0".getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(64);
      while (channel.read(answer) >= 0) {
        // RELOADING
      }
    }
  }

  /** The configuration's word for where it is. */
  public String address() {
    return "unix:" + socket;
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
