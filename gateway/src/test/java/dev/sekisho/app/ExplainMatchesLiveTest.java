package dev.sekisho.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problems;
import dev.sekisho.journal.JournalReader;
import dev.sekisho.journal.LoggedRecord;
import dev.sekisho.journal.RecordFilter;
import dev.sekisho.policy.Policy;
import dev.sekisho.testing.DnsStep;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedDns;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * What {@code sekisho explain} says is what the running gateway does and records: random policies,
 * random requests.
 */
class ExplainMatchesLiveTest {
  private static final long SEED = 20261124;
  private static final int POLICIES = Boolean.getBoolean("sekisho.soak") ? 1_000 : 200;
  private static final int REQUESTS = 5;
  private static final List<String> HOSTS =
      List.of("a.test", "b.test", "deep.a.test", "c.example", "127.0.0.1");
  private static final List<String> PATHS =
      List.of("/", "/pub/x", "/pub/../adm", "/adm/y", "/pub/%2e%2e/adm", "/adm%2fy", "/pub/x;v=1");
  private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "DELETE");
  private static final List<String> CONTENT_TYPES =
      List.of("text/html", "application/zip", "image/png");

  private static final List<String> DELIVER = List.of("auto", "hold", "trickle", "page");

  private static final List<String> WHO =
      List.of(
          "devices: here",
          "devices: here",
          "devices: here",
          "devices: there",
          "not: { devices: there }",
          "users: [somebody]",
          "devices: here, not: { users: [somebody] }");
  private static final List<String> NOT_TO =
      List.of(
          "host: deep.a.test",
          "list: some",
          "path: /adm/**",
          "scheme: https",
          "not: { host: .a.test }");
  private static final List<String> NOT =
      List.of(
          "to: { host: .a.test, path: /adm/** }",
          "method: [POST, DELETE]",
          "who: { users: [somebody] }, to: { host: b.test }",
          "to: { list: some }, method: GET",
          "response: { content-type: text/html, max-size: 5 }");

  @TempDir Path folder = Path.of("");

  /** A request, and what the journal said of it. */
  private record Asked(Path policy, String url, String method, String contentType, String id) {}

  @Test
  void explainSaysWhatTheLiveGatewayRecorded() throws Exception {
    Random random = new Random(SEED);
    List<Asked> all = new ArrayList<>();
    TestCertificate certificate = TestCertificate.make(folder, HOSTS.toArray(String[]::new));
    try (ScriptedOrigin origin = ScriptedOrigin.of(ExplainMatchesLiveTest::echo);
        ScriptedOrigin secure =
            ScriptedOrigin.secure(certificate.showing(), ExplainMatchesLiveTest::echo);
        ScriptedDns dns = ScriptedDns.start()) {
      HOSTS.forEach(host ->
          dns.on(host, ScriptedDns.Type.A, DnsStep.addresses(3600, "127.0.0.1"))
              .on(host, ScriptedDns.Type.AAAA, DnsStep.noData(3600)));
      Files.writeString(folder.resolve("some.txt"), "b.test\n.a.test\n127.0.0.1\n");
      Drawn drawn = new Drawn(random, dns, origin.port(), secure.port(), certificate);
      Path first = policy(drawn, 0);
      try (Gateway gateway = start(first)) {
        int proxy = gateway.bound().proxy().orElseThrow().getPort();
        for (int i = 0; i < POLICIES; i++) {
          Path policy = i == 0 ? first : policy(drawn, i);
          gateway.reload(Optional.of(policy));
          for (int j = 0; j < REQUESTS; j++) {
            all.add(ask(drawn, policy, proxy, i + "-" + j));
          }
        }
      }
      compare(all);
    }
  }

  private void compare(List<Asked> all) throws IOException {
    Map<String, LoggedRecord> records = new HashMap<>();
    try (JournalReader reader =
        new JournalReader(
            folder.resolve("state/journal"),
            RecordFilter.all(),
            damage -> {
              throw new AssertionError(damage.toString());
            })) {
      reader.read(record -> records.put(record.text("user_agent", ""), record));
    }
    int denied = 0;
    for (Asked asked : all) {
      LoggedRecord record = requireNonNull(records.get(asked.id()), () -> "no record of " + asked);
      boolean allowed = "allow".equals(record.text("decision"));
      StringWriter said = new StringWriter();
      int status = explain(asked, said);
      assertThat(status)
          .as("seed %s, %s%n%s%n%s", SEED, asked, record.json(), said)
          .isEqualTo(allowed ? Exit.FINE : Exit.DENIED);
      String rule = record.text("rule", "");
      String named = rule.equals("default") ? "the default" : "'" + rule + "'";
      assertThat(said.toString()).as("seed %s, %s%n%s", SEED, asked, record.json()).contains(named);
      denied += allowed ? 0 : 1;
    }
    assertThat(denied).as("both outcomes occur").isBetween(all.size() / 10, all.size() * 9 / 10);
  }

  private int explain(Asked asked, StringWriter said) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "explain",
                "-c",
                asked.policy().toString(),
                "--state",
                folder.resolve("state").toString(),
                "--method",
                asked.method(),
                "--content-type",
                asked.contentType(),
                "--size",
                "5",
                asked.url()));
    if (asked.id().endsWith("0")) {
      arguments.addAll(List.of("--address", "127.0.0.1"));
    }
    CommandLine command =
        Main.commandLine().setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
    return command.execute(arguments.toArray(String[]::new));
  }

  /**
   * What chance works with.
   *
   * @param plainPort of the origin whose CONNECTs stay sealed
   * @param securePort of the one whose CONNECTs are opened
   */
  private record Drawn(
      Random random, ScriptedDns dns, int plainPort, int securePort, TestCertificate certificate) {}

  private static Asked ask(Drawn drawn, Path policy, int proxy, String id) throws Exception {
    Random random = drawn.random();
    String host = one(random, HOSTS);
    String contentType = one(random, CONTENT_TYPES);
    String method = one(random, METHODS);
    String fields =
        "\r\nUser-Agent: " + id + "\r\nX-Type: " + contentType + "\r\nConnection: close\r\n\r\n";
    return switch (random.nextInt(4)) {
      case 0 -> {
        String authority = host + ":" + drawn.plainPort();
        try (RawClient client = new RawClient(proxy)) {
          client
              .send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + fields)
              .readHead();
        }
        yield new Asked(policy, authority, method, contentType, id);
      }
      case 1 -> {
        String authority = host + ":" + drawn.securePort();
        String path = one(random, PATHS);
        InsideClient client = new InsideClient(proxy, TestGateway.trustingAnyName()).naming(host);
        try (RawClient inside = client.open(authority)) {
          inside.send(method + " " + path + " HTTP/1.1\r\nHost: " + authority + fields).readToEnd();
        }
        yield new Asked(policy, "https://" + authority + path, method, contentType, id);
      }
      default -> {
        String authority = host + ":" + drawn.plainPort();
        String url = "http://" + authority + one(random, PATHS);
        try (RawClient client = new RawClient(proxy)) {
          client.send(method + " " + url + " HTTP/1.1\r\nHost: " + authority + fields).readToEnd();
        }
        yield new Asked(policy, url, method, contentType, id);
      }
    };
  }

  /** Answers with the media type the request asks for. */
  private static void echo(ScriptedOrigin.Line line) throws IOException {
    for (String head = line.readHead(); !head.isEmpty(); head = line.readHead()) {
      String type = head.replaceAll("(?s).*X-Type: ([a-z/]+).*", "$1");
      String body = head.startsWith("HEAD ") ? "" : "hello";
      line.send(
          "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: 5\r\n\r\n" + body);
    }
  }

  private Path policy(Drawn drawn, int number) throws IOException {
    Random random = drawn.random();
    int port = drawn.plainPort();
    StringBuilder yaml = new StringBuilder();
    yaml.append("listen: { proxy: '127.0.0.1:0', admin: null }\n");
    yaml.append("limits: { refusals-recorded: 1000000 }\n");
    yaml.append("names: { resolver: '").append(drawn.dns().authority()).append("' }\n");
    yaml.append("journal: { segment-size: 4MiB, reserve: 4MiB, sync: never }\n");
    yaml.append("origin: { trust: [")
        .append(drawn.certificate().certificate())
        .append("] }\ninspect: { never: [ { name: sealed, port: ")
        .append(port)
        .append(" } ] }\n");
    yaml.append("lists: { some: { file: some.txt } }\n");
    yaml.append("devices: { here: 127.0.0.0/8, there: 10.0.0.0/8 }\n");
    yaml.append("policy:\n  default: ")
        .append(random.nextBoolean() ? "allow" : "deny")
        .append("\n  rules:\n");
    for (int i = 0; i < 1 + random.nextInt(6); i++) {
      rule(random, yaml, i, port);
    }
    Path file = folder.resolve("policy-" + number + ".yaml");
    Files.writeString(file, yaml);
    return file;
  }

  /**
   * Every allow names the address besides what chance gives it, or the special-purpose check would
   * decide everything.
   */
  private static void rule(Random random, StringBuilder yaml, int number, int port) {
    boolean allow = random.nextInt(5) < 3;
    List<String> to = to(random, allow, port);
    yaml.append("    - name: rule ")
        .append(number)
        .append("\n      action: ")
        .append(allow ? "allow" : "deny")
        .append('\n');
    if (!to.isEmpty()) {
      yaml.append("      to: { ").append(String.join(", ", to)).append(" }\n");
    }
    if (random.nextInt(4) == 0) {
      yaml.append("      method: [").append(one(random, METHODS)).append(", GET]\n");
    }
    if (random.nextInt(4) == 0) {
      yaml.append("      who: { ").append(one(random, WHO)).append(" }\n");
    }
    if (random.nextInt(4) == 0) {
      yaml.append("      response: { ").append(response(random)).append(" }\n");
    }
    if (random.nextInt(6) == 0) {
      yaml.append("      not: { ").append(one(random, NOT)).append(" }\n");
    }
    if (random.nextInt(6) == 0) {
      yaml.append("      when: '")
          .append(
              one(
                  random,
                  List.of(
                      "request.host.endsWith(\"a.test\")",
                      "request.path.startsWith(\"/pub\")",
                      "source.ip == \"127.0.0.1\"")))
          .append("'\n");
    }
    if (random.nextInt(8) == 0) {
      yaml.append("      observe: true\n");
    }
    if (allow && random.nextInt(3) == 0) {
      yaml.append("      deliver: ").append(one(random, DELIVER)).append('\n');
    }
  }

  private static List<String> to(Random random, boolean allow, int port) {
    List<String> to = new ArrayList<>();
    if (allow || random.nextInt(3) == 0) {
      to.add("address: " + (allow || random.nextBoolean() ? "127.0.0.0/8" : "192.0.2.0/24"));
    }
    if (random.nextInt(2) == 0) {
      to.add(
          "host: ["
              + (random.nextBoolean() ? "." : "")
              + one(random, List.of("a.test", "b.test", "example"))
              + ", deep.a.test]");
    }
    if (random.nextInt(3) == 0) {
      to.add("path: " + one(random, List.of("/pub/**", "/adm/**", "/")));
    }
    if (random.nextInt(6) == 0) {
      to.add("port: [1, " + (random.nextBoolean() ? port : 2) + "]");
    }
    if (random.nextInt(8) == 0) {
      to.add("list: some");
    }
    if (random.nextInt(10) == 0) {
      to.add("protocol: " + one(random, List.of("http", "https", "[http, websocket]")));
    }
    if (random.nextInt(10) == 0) {
      to.add("scheme: " + one(random, List.of("http", "https", "[https, http]")));
    }
    if (random.nextInt(6) == 0) {
      to.add("not: { " + one(random, NOT_TO) + " }");
    }
    return to;
  }

  /** The declared size is 5 octets. */
  private static String response(Random random) {
    String type = "content-type: " + one(random, CONTENT_TYPES);
    return one(
        random,
        List.of(
            type,
            type + ", not: { max-size: 4 }",
            "not: { " + type + " }",
            "max-size: " + one(random, List.of("4", "5", "1KiB"))));
  }

  private Gateway start(Path file) throws IOException {
    Problems problems = new Problems();
    Configuration configuration = Configuration.load(Optional.of(file), problems).orElseThrow();
    Path state = StateFolder.make(folder.resolve("state"));
    Policy policy =
        PolicyInForce.compile(configuration.policy(), configuration.identity(), state, problems)
            .orElseThrow(() -> new AssertionError(problems.all().toString()));
    assertThat(problems.hasErrors()).as("%s", problems.all()).isFalse();
    return Gateway.start(configuration, policy, state);
  }

  private static <T> T one(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
