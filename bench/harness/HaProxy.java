package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * HAProxy is no forward proxy, so it gets the easiest version of the work: it hands every request
 * to the one origin there is, without rules, names or log, and relays tunnels in TCP mode with
 * splice, without a CONNECT. What it costs is the floor.
 */
record HaProxy(Splice splice) implements Subject {
  /** How it moves tunnels; the name is what the results call it. */
  enum Splice {
    /**
     * Whatever comes, through pipes as large as an ordinary user may make one (fs.pipe-max-size):
     * the bar is taken against this.
     */
    ALWAYS("HAProxy", "tune.pipesize 1048576", "option splice-request\n  option splice-response"),
    /**
     * As its manual recommends: splice where it expects to gain, through pipes as the kernel makes
     * them. Here it mostly copies.
     */
    AUTO("HAProxy splice-auto", "", "option splice-auto");

    private final String name;
    private final String global;
    private final String options;

    Splice(String name, String global, String options) {
      this.name = name;
      this.global = global;
      this.options = options;
    }
  }

  @Override
  public String name() {
    return splice.name;
  }

  @Override
  public String description(Testbed bed) throws IOException, InterruptedException {
    String version =
        bed.run(Testbed.Core.LOAD, Account.OURS, List.of("haproxy", "-v"))
            .lines()
            .findFirst()
            .orElse("?");
    return version.replaceAll(" - http.*", "")
        + "; one thread, one fixed origin, http-reuse always, no rules, no log; tunnels in TCP"
        + " mode, every byte spliced, pipes of 1 MiB";
  }

  @Override
  public Launch prepare(Testbed bed, Origins origins) throws IOException {
    Account account = Account.of("haproxy", "haproxy");
    Path folder = bed.folderFor("haproxy", account);
    int http = Testbed.freePort();
    int sender = Testbed.freePort();
    int silent = Testbed.freePort();
    Path conf = folder.resolve("haproxy.cfg");
    Files.writeString(
        conf,
        """
        global
          nbthread 1
          maxconn 6000
          %s
        defaults
          timeout connect 10s
          timeout client 600s
          timeout server 600s
        listen http
          mode http
          bind 127.0.0.1:%d backlog 4096
          http-reuse always
          server origin 127.0.0.1:%d
        listen sender
          mode tcp
          %s
          bind 127.0.0.1:%d
          server origin 127.0.0.1:%d
        listen silent
          mode tcp
          %s
          bind 127.0.0.1:%d backlog 4096
          server origin 127.0.0.1:%d
        """
            .formatted(
                splice.global,
                http,
                origins.http,
                splice.options,
                sender,
                origins.sender,
                splice.options,
                silent,
                origins.silent));
    List<String> command = List.of("haproxy", "-db", "-f", conf.toString());
    Entrance entrance = new Entrance.ByPort(Map.of(origins.sender, sender, origins.silent, silent));
    return new Launch(command, account, folder, http, entrance);
  }
}
