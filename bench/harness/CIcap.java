package harness;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Debian's c-icap with its virus_scan service in front of a clamd: the scanner that Squid asks. It
 * has a thread for each of the bodies that come at once here.
 */
final class CIcap implements AutoCloseable {
  private static final long PATIENCE = 60_000_000_000L;

  final int port;
  private final Process process;

  private CIcap(int port, Process process) {
    this.port = port;
    this.process = process;
  }

  static String description(Testbed bed) throws IOException, InterruptedException {
    String version =
        bed.run(Testbed.Core.LOAD, Account.OURS, List.of("dpkg-query", "-W", "c-icap")).strip();
    return version.replace('\t', ' ')
        + "; virus_scan by clamd_mod, 204 allowed, no limit of size, one process of 250 threads";
  }

  static CIcap start(Testbed bed, Clamd clamd) throws IOException, InterruptedException {
    Account account = Account.of("c-icap", "nogroup");
    Path folder = bed.folderFor("c-icap", account);
    Path temporary = bed.folderFor("c-icap-temporary", account);
    int port = Testbed.freePort();
    Path conf = folder.resolve("c-icap.conf");
    Files.writeString(
        conf,
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
        MaxServers 1
        MinSpareThreads 1
        MaxSpareThreads 250
        ThreadsPerChild 250
        MaxKeepAliveRequests 1000000
        KeepAliveTimeout 600
        Timeout 300
        ModulesDir /usr/lib/%4$s/c_icap
        ServicesDir /usr/lib/%4$s/c_icap
        TemplateDir /usr/share/c_icap/templates/
        TemplateDefaultLanguage en
        LoadMagicFile /etc/c-icap/c-icap.magic
        Service antivirus_module virus_scan.so
        ServiceAlias avscan virus_scan?allow204=on&sizelimit=off
        virus_scan.ScanFileTypes TEXT DATA EXECUTABLE ARCHIVE GIF JPEG MSOFFICE
        virus_scan.SendPercentData 5
        virus_scan.StartSendPercentDataAfter 2M
        virus_scan.MaxObjectSize 2000M
        Module common clamd_mod.so
        clamd_mod.ClamdSocket %5$s
        virus_scan.DefaultEngine clamd
        """
            .formatted(folder, temporary, port, multiarch(), clamd.socket));
    Path output = Files.createTempFile(bed.folder, "c-icap-", ".out");
    Process process =
        bed.start(
            Testbed.Core.PROXY, account, output, List.of("c-icap", "-N", "-f", conf.toString()));
    long began = System.nanoTime();
    CIcap icap = new CIcap(port, process);
    while (!icap.accepts()) {
      if (!process.isAlive() || System.nanoTime() - began > PATIENCE) {
        icap.close();
        throw new IOException("c-icap does not start\n" + Files.readString(output).strip());
      }
      Thread.sleep(20);
    }
    return icap;
  }

  /** The folder of the libraries, which Debian names after the machine. */
  private static String multiarch() {
    String machine = System.getProperty("os.arch");
    return (machine.equals("amd64") ? "x86_64" : machine) + "-linux-gnu";
  }

  private boolean accepts() {
    try (SocketChannel channel = Entrance.dial(port)) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  @Override
  public void close() {
    Testbed.end(process);
  }
}
