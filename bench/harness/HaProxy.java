package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * HAProxy is no forward proxy, so it gets the easiest version of the work: it hands every request to the one origin there is,
 * without rules, names or log, and relays tunnels in TCP mode with splice, without a CONNECT. What it costs is the floor.
 */
record HaProxy() implements Subject {
  @Override
  public String name() {
    return "HAProxy";
  }

  @Override
  public String description(Testbed bed) throws IOException, InterruptedException {
    String version = bed.run(Testbed.Core.LOAD, Account.OURS, List.of("haproxy", "-v")).lines().findFirst().orElse("?");
    return version.replaceAll(" - http.*", "")
        + "; one thread, one fixed origin, http-reuse always, no rules, no log; tunnels in TCP mode with option splice-auto";
  }

  @Override
  public Launch prepare(Testbed bed, Origins origins) throws IOException {
    Account account = new Account("haproxy");
    Path folder = bed.folderFor("haproxy", account);
    int http = Testbed.freePort();
    int sender = Testbed.freePort();
    int silent = Testbed.freePort();
    Path conf = folder.resolve("haproxy.cfg");
    Files.writeString(conf, """
        global
          nbthread 1
          maxconn 6000
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
          option splice-auto
          bind 127.0.0.1:%d
          server origin 127.0.0.1:%d
        listen silent
          mode tcp
          option splice-auto
          bind 127.0.0.1:%d backlog 4096
          server origin 127.0.0.1:%d
        """.formatted(http, origins.http, sender, origins.sender, silent, origins.silent));
    List<String> command = List.of("haproxy", "-db", "-f", conf.toString());
    Entrance entrance = new Entrance.ByPort(Map.of(origins.sender, sender, origins.silent, silent));
    return new Launch(command, account, folder, http, entrance);
  }
}
