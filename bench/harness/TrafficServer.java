package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Apache Traffic Server as a forward proxy: one event thread, no cache, its access log on, no list
 * of names (it has none).
 */
record TrafficServer() implements Subject {
  @Override
  public String name() {
    return "Traffic Server";
  }

  @Override
  public String description(Testbed bed) throws IOException, InterruptedException {
    String version =
        bed.run(Testbed.Core.LOAD, Account.OURS, List.of("traffic_server", "-V"))
            .lines()
            .filter(line -> line.contains("Traffic Server"))
            .findFirst()
            .orElse("?");
    return version.replaceAll(" - \\(.*", "").replaceAll("(?<=[0-9]) [A-Z][a-z]{2} .*", "")
        + "; forward mode, one event thread, cache off, binary access log on, no names";
  }

  @Override
  public Launch prepare(Testbed bed, Origins origins) throws IOException {
    Account account = Account.of("trafficserver", "trafficserver");
    Path folder = bed.folderFor("trafficserver", account);
    int port = Testbed.freePort();
    layout(folder, account);
    Path etc = folder.resolve("etc");
    Files.writeString(
        etc.resolve("records.config"),
        """
        CONFIG proxy.config.exec_thread.autoconfig INT 0
        CONFIG proxy.config.exec_thread.limit INT 1
        CONFIG proxy.config.exec_thread.affinity INT 0
        CONFIG proxy.config.accept_threads INT 0
        CONFIG proxy.config.task_threads INT 1
        CONFIG proxy.config.http.server_ports STRING %d:ip-in=127.0.0.1
        CONFIG proxy.config.http.connect_ports STRING *
        CONFIG proxy.config.http.cache.http INT 0
        CONFIG proxy.config.url_remap.remap_required INT 0
        CONFIG proxy.config.reverse_proxy.enabled INT 0
        CONFIG proxy.config.hostdb.host_file.path STRING /etc/hosts
        CONFIG proxy.config.net.connections_throttle INT 16000
        CONFIG proxy.config.body_factory.template_sets_dir STRING /etc/trafficserver/body_factory
        CONFIG proxy.config.admin.user_id STRING #-1
        """
            .formatted(port));
    Files.writeString(
        etc.resolve("ip_allow.yaml"),
        "ip_allow:\n  - { apply: in, ip_addrs: 127.0.0.1, action: allow, methods: ALL }\n");
    Files.writeString(
        etc.resolve("logging.yaml"),
        """
        logging:
          formats:
            - name: squid
              format: '%<cqtq> %<ttms> %<chi> %<crc>/%<pssc> %<psql> %<cqhm> %<cquc> %<caun> %<phr>/%<shn> %<psct>'
          logs:
            - { filename: squid, format: squid, mode: binary }
        """);
    List<String> command = List.of("traffic_server", "--run-root=" + folder);
    return new Launch(command, account, folder, port, new Entrance.ByConnect(port));
  }

  private static void layout(Path folder, Account account) throws IOException {
    for (String name : List.of("etc", "log", "run", "cache")) {
      account.own(Files.createDirectory(folder.resolve(name)));
    }
    for (String name :
        List.of(
            "remap",
            "plugin",
            "storage",
            "ssl_multicert",
            "hosting",
            "volume",
            "parent",
            "cache",
            "splitdns")) {
      Files.createFile(folder.resolve("etc").resolve(name + ".config"));
    }
    Files.writeString(
        folder.resolve("runroot.yaml"),
        """
        prefix: %1$s
        exec_prefix: /usr
        bindir: /usr/bin
        sbindir: /usr/bin
        sysconfdir: %1$s/etc
        datadir: %1$s/cache
        includedir: /usr/include
        libdir: /usr/lib/trafficserver
        libexecdir: /usr/lib/trafficserver/modules
        localstatedir: %1$s/run
        runtimedir: %1$s/run
        logdir: %1$s/log
        cachedir: %1$s/cache
        """
            .formatted(folder));
  }
}
