package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Squid of Debian's squid-openssl, ready to inspect (certificate generator running) and told to do
 * so or not, one worker, no cache, an access log as Debian configures it. With the million names in
 * a dstdomain rule it takes more than ten seconds to start, so it has them only where they are
 * looked up in every request.
 */
record Squid(Names names, Bump bump, Optional<CIcap> scanner) implements Subject {
  /**
   * What it does with TLS. Where it opens it, it looks at the ClientHello first, as its manual
   * recommends, and verifies the origin as it does by itself.
   */
  enum Bump {
    NONE("ssl_bump none all"),
    ALL("acl hello at_step SslBump1\nssl_bump peek hello\nssl_bump bump all");

    private final String lines;

    Bump(String lines) {
      this.lines = lines;
    }
  }

  Squid(Names names) {
    this(names, Bump.NONE);
  }

  Squid(Names names, Bump bump) {
    this(names, bump, Optional.empty());
  }

  @Override
  public String name() {
    return scanner.isPresent() ? "Squid with c-icap" : "Squid";
  }

  @Override
  public String description(Testbed bed) throws IOException, InterruptedException {
    String version =
        bed.run(Testbed.Core.LOAD, Account.OURS, List.of("squid", "-v"))
            .lines()
            .findFirst()
            .orElse("?");
    return version
        + "; ssl-bump port, bumping on for inspected HTTPS and off elsewhere, cache off, access log"
        + " on, one worker; 1,000,000 names in a dstdomain rule for plain and inspected requests,"
        + " none for tunnels";
  }

  @Override
  public Launch prepare(Testbed bed, Origins origins) throws IOException, InterruptedException {
    Account account = Account.of("proxy", "proxy");
    Path folder = bed.folderFor("squid", account);
    authority(bed, account, folder);
    int port = Testbed.freePort();
    Path conf = folder.resolve("squid.conf");
    Files.writeString(
        conf,
        """
        http_port 127.0.0.1:%2$d ssl-bump tls-cert=%1$s/ca.pem generate-host-certificates=on dynamic_cert_mem_cache_size=4MB
        sslcrtd_program /usr/lib/squid/security_file_certgen -s %1$s/certificates -M 4MB
        sslcrtd_children 1 startup=1 idle=1
        %4$s
        tls_outgoing_options cafile=%5$s
        %3$s
        acl mail port 25 465 587
        http_access deny listed
        http_access deny mail
        http_access allow localhost
        http_access deny all
        cache deny all
        access_log daemon:%1$s/access.log squid
        cache_log %1$s/cache.log
        coredump_dir %1$s
        pid_filename none
        netdb_filename none
        pinger_enable off
        visible_hostname bench.example
        max_filedescriptors 16384
        shutdown_lifetime 0 seconds
        %6$s
        """
            .formatted(folder, port, list(), bump.lines, origins.inside.authority, adaptation()));
    // A service name of its own: Squid's shared memory is named by it, and a daemon of the machine
    // may use the default.
    List<String> command =
        List.of("squid", "-N", "-d", "1", "-n", "bench" + port, "-f", conf.toString());
    return new Launch(command, account, folder, port, new Entrance.ByConnect(port));
  }

  @Override
  public Path authority(Launch launch) {
    return launch.folder().resolve("ca.pem");
  }

  /**
   * Every response body is judged before its client gets it; without a judge, none passes. Nothing
   * is decided by a preview, so it is spared the turn.
   */
  private String adaptation() {
    return scanner
        .map(icap ->
            """
            icap_enable on
            icap_preview_enable off
            icap_service scan respmod_precache bypass=off icap://127.0.0.1:%d/avscan
            adaptation_access scan allow all
            """
                .formatted(icap.port))
        .orElse("icap_enable off");
  }

  private String list() {
    return switch (names) {
      case Names.Listed listed -> "acl listed dstdomain \"" + listed.file() + "\"";
      case Names.None none -> "acl listed dstdomain .listed.example";
    };
  }

  private static void authority(Testbed bed, Account account, Path folder)
      throws IOException, InterruptedException {
    String file = folder.resolve("ca.pem").toString();
    bed.run(
        Testbed.Core.LOAD,
        account,
        List.of(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=bench",
            "-keyout",
            file,
            "-out",
            file));
    bed.run(
        Testbed.Core.LOAD,
        account,
        List.of(
            "/usr/lib/squid/security_file_certgen",
            "-c",
            "-s",
            folder.resolve("certificates").toString(),
            "-M",
            "4MB"));
  }
}
