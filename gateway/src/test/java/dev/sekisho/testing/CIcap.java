package dev.sekisho.testing;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The real c-icap, as an ordinary process on a port and a configuration of its own, with Debian's
 * virus_scan service in front of a clamd, and its two services for demonstration.
 */
public final class CIcap implements Closeable {
  private static final int PATIENCE_SECONDS = 60;

  private final Path folder;
  private final int port;
  private @Nullable Process process;

  private CIcap(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /**
   * @param folder for everything it needs
   * @param clamd the socket that it asks
   */
  public static CIcap start(Path folder, Path clamd) throws IOException, InterruptedException {
    var server = new CIcap(folder, freePort());
    Files.writeString(
        folder.resolve("c-icap.conf"),
        """
        PidFile %1$s/c-icap.pid
        CommandsSocket %1$s/c-icap.ctl
        TmpDir %2$s
        ServerLog %1$s/server.log
        AccessLog %1$s/access.log
        Port 127.0.0.1:%3$d
        ServerAdmin nobody@icap.example
        ServerName icap.example
        StartServers 1
        MaxServers 2
        MinSpareThreads 5
        MaxSpareThreads 20
        ThreadsPerChild 20
        MaxKeepAliveRequests 50
        KeepAliveTimeout 60
        Timeout 60
        ModulesDir /usr/lib/%4$s/c_icap
        ServicesDir /usr/lib/%4$s/c_icap
        TemplateDir /usr/share/c_icap/templates/
        TemplateDefaultLanguage en
        LoadMagicFile /etc/c-icap/c-icap.magic
        Service echo srv_echo.so
        Service ex206 srv_ex206.so
        Service antivirus_module virus_scan.so
        ServiceAlias avscan virus_scan?allow204=on&sizelimit=off&mode=simple
        virus_scan.ScanFileTypes TEXT DATA EXECUTABLE ARCHIVE GIF JPEG MSOFFICE
        virus_scan.SendPercentData 0
        virus_scan.MaxObjectSize 100M
        Module common clamd_mod.so
        clamd_mod.ClamdSocket %5$s
        virus_scan.DefaultEngine clamd
        """
            .formatted(
                folder,
                Files.createDirectories(folder.resolve("icap-temporary")),
                server.port,
                multiarch(),
                clamd),
        StandardCharsets.US_ASCII);
    server.restart();
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  /** The folder of the libraries, which Debian names after the machine. */
  private static String multiarch() {
    String machine = System.getProperty("os.arch");
    return (machine.equals("amd64") ? "x86_64" : machine) + "-linux-gnu";
  }

  /** Starts it, also after {@link #kill}. */
  public void restart() throws IOException, InterruptedException {
    Path output = folder.resolve("c-icap.out");
    Process started =
        new ProcessBuilder("/usr/bin/c-icap", "-N", "-f", folder.resolve("c-icap.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    process = started;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!isThere()) {
      if (!started.isAlive() || System.nanoTime() > deadline) {
        close();
        throw new AssertionError("c-icap did not start: " + Files.readString(output));
      }
      Thread.sleep(20);
    }
  }

  private boolean isThere() {
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /**
   * The URL of one of its services.
   *
   * @param service {@code avscan}, {@code echo}, {@code ex206}
   */
  public String url(String service) {
    return "icap://127.0.0.1:" + port + "/" + service;
  }

  /** Stops it and its children as a crash would. */
  public void kill() throws InterruptedException {
    Process running = process;
    if (running != null) {
      var children = running.descendants().toList();
      running.destroyForcibly().waitFor();
      children.forEach(ProcessHandle::destroyForcibly);
      for (ProcessHandle child : children) {
        child.onExit().join();
      }
    }
  }

  @Override
  public void close() {
    try {
      kill();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
