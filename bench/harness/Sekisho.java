package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Sekisho as {@code ./sekisho run} starts it: policy in force, journal on, with a million listed
 * names or without a list. It is told to know the URL of what it lets through to the TLS origin,
 * and so opens it.
 */
record Sekisho(Names names, Scan scan) implements Subject {
  /**
   * What becomes of bodies.
   *
   * @param word what the rule that lets requests through to the origins says of them
   * @param section the keys of {@code scan:}, as a flow mapping
   */
  record Scan(String name, String word, String section) {
    private static final String SIGNATURES = "{ engines: [{ signatures: { eicar: true } }] }";
    static final Scan NONE = new Scan("Sekisho", "none", SIGNATURES);
    static final Scan ALL = new Scan("Sekisho scanning", "all", SIGNATURES);

    /** By clamd, which has time enough also where many wait for it. */
    static Scan by(Clamd clamd, String name, String more) {
      String section = "{ engines: [{ clamd: \"unix:%s\" }], engine-timeout: 30m%s }";
      return new Scan(name, "all", section.formatted(clamd.socket, more));
    }
  }

  Sekisho(Names names) {
    this(names, Scan.NONE);
  }

  @Override
  public String name() {
    return scan.name;
  }

  @Override
  public Path authority(Launch launch) {
    return launch.folder().resolve("state/authority/current.pem");
  }

  @Override
  public String description(Testbed bed) {
    return "this working tree; policy of six rules, 1,000,000 listed names, journal on with its"
        + " default settings";
  }

  /**
   * Builds where needed and checks the configurations, so that no measurement pays for a build or
   * fails for a reason not told.
   */
  static void build(Testbed bed, Origins origins, Path listed)
      throws IOException, InterruptedException {
    for (Names names : List.of(new Names.None(), new Names.Listed(listed))) {
      List<String> run = new Sekisho(names).prepare(bed, origins).command();
      List<String> check = new ArrayList<>(run);
      check.set(1, "check");
      bed.run(Testbed.Core.BOTH, Account.OURS, check);
    }
  }

  @Override
  public Launch prepare(Testbed bed, Origins origins) throws IOException, InterruptedException {
    Account account = Account.ableToRun(bed, program(bed));
    Path folder = bed.folderFor("sekisho", account);
    int port = Testbed.freePort();
    Path file = folder.resolve("sekisho.yaml");
    Files.writeString(file, configuration(port, Testbed.freePort(), origins));
    List<String> command =
        List.of(
            program(bed).toString(),
            "run",
            "-c",
            file.toString(),
            "--state",
            folder.resolve("state").toString());
    return new Launch(command, account, folder, port, new Entrance.ByConnect(port));
  }

  private static Path program(Testbed bed) {
    return bed.repository.resolve("sekisho");
  }

  private String configuration(int port, int admin, Origins origins) {
    return """
    listen:
      proxy: "127.0.0.1:%d"
      admin: "127.0.0.1:%d"
    limits:
      connections: 20000
      connections-per-client: 20000
    origin:
      trust: ["%s"]
    scan: %s
    %s
    policy:
      default: deny
      rules:
    %s
        - { name: no mail, to: { port: [25, 465, 587] }, action: deny }
        - { name: private pages, to: { host: .corp.example, path: /private/** }, action: deny }
        - { name: nothing written to the archive, to: { host: archive.example }, method: [PUT, POST, DELETE], action: deny }
        - { name: sealed tunnels, to: { address: [127.0.0.0/8, "::1/128"], port: [%d, %d] }, scan: none, log: host, action: allow }
        - { name: the origin, to: { address: [127.0.0.0/8, "::1/128"], port: [%d, %d, %d] }, scan: %s, action: allow }
    """
        .formatted(
            port,
            admin,
            origins.inside.authority,
            scan.section,
            lists(),
            listRule(),
            origins.sender,
            origins.silent,
            origins.http,
            origins.inside.port,
            origins.sized.port,
            scan.word);
  }

  private String lists() {
    return switch (names) {
      case Names.Listed listed -> "lists:\n  listed: { file: " + listed.file() + " }";
      case Names.None none -> "lists: {}";
    };
  }

  private String listRule() {
    return switch (names) {
      case Names.Listed listed ->
          "    - { name: listed names, to: { list: listed }, action: deny }";
      case Names.None none ->
          "    - { name: one name, to: { host: .listed.example }, action: deny }";
    };
  }
}
