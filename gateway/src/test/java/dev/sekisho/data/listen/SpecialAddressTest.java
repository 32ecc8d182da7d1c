package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.DnsStep;
import dev.sekisho.testing.InternetStandIn;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedDns;
import dev.sekisho.testing.ScriptedDns.Type;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * A rule that allows everything still allows no address that is not for the internet, however that
 * is written, wrapped or hidden behind a name. The victim listens on loopback and must not even be
 * connected to.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpecialAddressTest {
  private static final String ALLOW_EVERYTHING =
      """
      policy:
        default: deny
        rules:
          - name: everything on the internet
            action: allow
      """;
  private static final String NAMES_LOOPBACK =
      """
      policy:
        default: deny
        rules:
          - name: our own machine
            to: { address: [127.0.0.1, "::1"] }
            action: allow
          - name: a name is no address
            to: { host: [.inside.example] }
            action: allow
          - name: everything on the internet
            action: allow
      """;
  private static final String HOSTS =
      "127.0.0.1 localhost hosts.example\n::1 six.example\n169.254.169.254 metadata.example\n";

  private ScriptedDns dns;
  private ScriptedOrigin victim;
  private TestGateway strict;
  private TestGateway naming;
  private InternetStandIn dialler;
  private InternetStandIn namingDialler;

  @BeforeAll
  void start() throws IOException {
    dns = ScriptedDns.start();
    victim = ScriptedOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nvictim");
    strict = TestGateway.start(ALLOW_EVERYTHING, around(made -> dialler = made));
    naming = TestGateway.start(NAMES_LOOPBACK, around(made -> namingDialler = made));
  }

  private TestGateway.Surroundings around(Consumer<InternetStandIn> keep) {
    return new TestGateway.Surroundings(
        Optional.empty(),
        Optional.of(dns.authority()),
        HOSTS,
        real -> {
          InternetStandIn made = new InternetStandIn(real);
          keep.accept(made);
          return made;
        });
  }

  @AfterAll
  void stop() throws IOException, InterruptedException {
    strict.close();
    naming.close();
    victim.close();
    dns.close();
  }

  /** Also what was dialled before and reaches the victim late, as a second address does. */
  @BeforeEach
  void forget() throws InterruptedException {
    for (int before = -1; before != victim.lines().size(); ) {
      before = victim.lines().size();
      Thread.sleep(300);
    }
    dialler.forget();
    namingDialler.forget();
  }

  @TestFactory
  Stream<DynamicTest> noSpellingOfASpecialAddressIsDialled() {
    return spellings().stream()
        .flatMap(host ->
            Stream.of(
                DynamicTest.dynamicTest("GET http://" + host, () -> refused(get(host), 403)),
                DynamicTest.dynamicTest("CONNECT " + host, () -> refused(connect(host), 403))));
  }

  @TestFactory
  Stream<DynamicTest> whatIsNoHostIsNoRequest() {
    return malformed().stream()
        .flatMap(host ->
            Stream.of(
                DynamicTest.dynamicTest("GET http://" + host, () -> refused(get(host), 400)),
                DynamicTest.dynamicTest("CONNECT " + host, () -> refused(connect(host), 400))));
  }

  @TestFactory
  Stream<DynamicTest> noNameLeadsToASpecialAddress() {
    List<DynamicTest> tests = new ArrayList<>();
    Stream.of(
            "localhost",
            "LOCALHOST",
            "localhost.",
            "hosts.example",
            "hOsTs.ExAmPlE.",
            "six.example",
            "metadata.example")
        .forEach(name ->
            tests.add(
                DynamicTest.dynamicTest(
                    "in the hosts file: " + name, () -> refused(get(name), 403))));
    int number = 0;
    for (Map.Entry<String, Type> entry : answers().entrySet()) {
      String name = "n" + ++number + ".example";
      dns.on(name, entry.getValue(), DnsStep.addresses(0, entry.getKey().split(" ")));
      tests.add(
          DynamicTest.dynamicTest("by DNS: " + entry.getKey(), () -> refused(get(name), 403)));
      tests.add(
          DynamicTest.dynamicTest(
              "by DNS, CONNECT: " + entry.getKey(), () -> refused(connect(name), 403)));
    }
    dns.on("alias.example", Type.A, DnsStep.alias(0, "end.example"))
        .on("end.example", Type.A, DnsStep.addresses(0, "127.0.0.1"));
    tests.add(DynamicTest.dynamicTest("by an alias", () -> refused(get("alias.example"), 403)));
    return tests.stream();
  }

  @Test
  void theTablesKnowMoreThanSixtySpellings() {
    assertThat(spellings()).hasSizeGreaterThan(60).doesNotHaveDuplicates();
    assertThat(malformed()).hasSizeGreaterThan(10).doesNotHaveDuplicates();
  }

  @Test
  void aNameThatTurnsToLoopbackIsRefusedFromThenOn() throws IOException {
    dns.on(
        "rebind.example",
        Type.A,
        DnsStep.addresses(0, "8.8.8.8"),
        DnsStep.addresses(0, "127.0.0.1"));
    assertThat(status(strict, get("rebind.example"))).isEqualTo(200);
    assertThat(dns.asked("rebind.example", Type.A)).as("look-ups for one exchange").isEqualTo(1);
    assertThat(dialler.asked()).containsExactly(List.of("8.8.8.8"));
    dialler.forget();
    int before = victim.received().length();
    assertThat(status(strict, get("rebind.example"))).isEqualTo(403);
    assertThat(dialler.asked()).isEmpty();
    assertThat(victim.received()).as("nor is the connection of before used").hasSize(before);
  }

  @Test
  void theAddressThatWasJudgedIsTheOneThatIsDialled() throws IOException, InterruptedException {
    CompletableFuture<Void> never = new CompletableFuture<>();
    dns.on(
        "flip.example",
        Type.A,
        DnsStep.addresses(0, "8.8.4.4"),
        DnsStep.addresses(0, "127.0.0.1").heldUntil(never));
    String answer;
    try (RawClient client = strict.client()) {
      answer = client.send(connect("flip.example")).readHead();
    }
    never.complete(null);
    assertThat(answer).startsWith("HTTP/1.1 200 ");
    assertThat(dialler.asked()).containsExactly(List.of("8.8.4.4"));
    assertThat(dns.asked("flip.example", Type.A)).isEqualTo(1);
  }

  @Test
  void ofSeveralAddressesOnlyTheGlobalOnesAreDialled() throws IOException {
    dns.on(
        "mixed.example",
        Type.A,
        DnsStep.addresses(0, "127.0.0.1", "9.9.9.9", "10.0.0.1", "169.254.169.254", "1.1.1.1"));
    dns.on(
        "mixed.example",
        Type.AAAA,
        DnsStep.addresses(0, "::1", "2001:4860:4860::8888", "fd00::1", "64:ff9b::7f00:1"));
    assertThat(status(strict, get("mixed.example"))).isEqualTo(200);
    assertThat(dialler.asked()).hasSize(1);
    assertThat(dialler.asked().getFirst())
        .containsExactlyInAnyOrder("9.9.9.9", "1.1.1.1", "2001:4860:4860::8888");
  }

  @TestFactory
  Stream<DynamicTest> aRuleThatNamesTheAddressPermitsIt() {
    return Stream.of(
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "[::ffff:127.0.0.1]",
            "localhost",
            "hosts.example")
        .map(host ->
            DynamicTest.dynamicTest(
                host,
                () -> {
                  int records = naming.journal().closed().size();
                  assertThat(status(naming, get(host))).isEqualTo(200);
                  Record record = naming.journal().awaitClosed(records + 1).getLast();
                  assertThat(record.originIp).isEqualTo("127.0.0.1");
                  assertThat(record.rule).isEqualTo("our own machine");
                }));
  }

  @TestFactory
  Stream<DynamicTest> aRuleThatNamesOneAddressPermitsNoOther() {
    dns.on("b.inside.example", Type.A, DnsStep.addresses(0, "10.0.0.1"));
    dns.on("two.example", Type.A, DnsStep.addresses(0, "127.0.0.1", "127.0.0.2"));
    return Stream.of(
            "127.0.0.2",
            "0",
            "10.0.0.1",
            "[::]",
            "[::127.0.0.1]",
            "[64:ff9b::127.0.0.1]",
            "[2002:7f00:1::]",
            "b.inside.example",
            "two.example")
        .map(host ->
            DynamicTest.dynamicTest(
                host,
                () -> {
                  namingDialler.forget();
                  assertThat(status(naming, get(host))).isEqualTo(403);
                  assertThat(namingDialler.asked()).isEmpty();
                }));
  }

  private void refused(String request, int expected) throws IOException {
    dialler.forget();
    int lines = victim.lines().size();
    try (RawClient client = strict.client()) {
      var response = client.send(request).readResponse();
      assertThat(response.status()).as(response.head()).isEqualTo(expected);
      assertThat(response.body()).doesNotContain("victim");
      if (expected == 403) {
        assertThat(response.field("Proxy-Status")).contains("special-purpose addresses");
      }
    }
    assertThat(dialler.asked()).isEmpty();
    assertThat(victim.lines()).as("connections to the victim").hasSize(lines);
  }

  private int status(TestGateway gateway, String request) throws IOException {
    try (RawClient client = gateway.client()) {
      return client.send(request).readResponse().status();
    }
  }

  private String get(String host) {
    String raw = new String(host.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    return "GET http://" + raw + ":" + victim.port() + "/ HTTP/1.1\r\nHost: h.example\r\n\r\n";
  }

  private String connect(String host) {
    String raw = new String(host.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    return "CONNECT " + raw + ":" + victim.port() + " HTTP/1.1\r\nHost: h.example\r\n\r\n";
  }

  // The tables.

  private static List<String> spellings() {
    return List.of(
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0X7F000001",
        "017700000001",
        "0177.0.0.01",
        "0x7f.1",
        "0x7f.0x0.0x0.0x1",
        "0x7f.0.01",
        "00000000000177.0.0.1",
        "127.255.255.254",
        "127.65530",
        "0.0.0.0",
        "0",
        "0x",
        "0.1.2.3",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "169.16689662",
        "0251.0376.0251.0376",
        "10.0.0.1",
        "10.1",
        "167772161",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "192.168.257",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.1",
        "192.0.0.170",
        "192.0.2.1",
        "198.51.100.7",
        "203.0.113.9",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "4294967295",
        "[::]",
        "[0:0:0:0:0:0:0:0]",
        "[::1]",
        "[0000:0000:0000:0000:0000:0000:0000:0001]",
        "[::0.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::FFFF:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:0001]",
        "[::ffff:0.0.0.0]",
        "[::ffff:a9fe:a9fe]",
        "[::127.0.0.1]",
        "[::7f00:1]",
        "[::ffff:0:127.0.0.1]",
        "[::ffff:0:8.8.8.8]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::8.8.8.8]",
        "[64:ff9b:1:7f00:0:100::]",
        "[2002:7f00:1::]",
        "[2002:a9fe:a9fe::]",
        "[2002:808:808::1]",
        "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
        "[2001:0:7f00:1:8000:63bf:3fff:fdd2]",
        "[2600:1f00::5efe:10.0.0.1]",
        "[2600:1f00::200:5efe:7f00:1]",
        "[fe80::1]",
        "[febf::1]",
        "[fec0::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[100::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[2001:2::1]",
        "[5f00::1]",
        "[4000::1]");
  }

  private static List<String> malformed() {
    return List.of(
        "127.0.0.1.1",
        "127.0.0.256",
        "4294967296",
        "0x100000000",
        "08.0.0.1",
        "127..1",
        "[127.0.0.1]",
        "[::1%lo]",
        "[::1%25lo]",
        "[::1",
        "::1",
        "[::1].",
        "127.0.0.1%00.example",
        "127.0.0.1@8.8.8.8",
        "8.8.8.8@127.0.0.1",
        "127.0.0.1\\.example",
        "１２７.０.０.１",
        "127。0。0。1",
        "①②⑦.⓪.⓪.①",
        "ｌｏｃａｌｈｏｓｔ",
        "l%6fcalhost",
        "%31%32%37.0.0.1");
  }

  private static Map<String, Type> answers() {
    return Map.ofEntries(
        Map.entry("127.0.0.1", Type.A),
        Map.entry("0.0.0.0", Type.A),
        Map.entry("169.254.169.254", Type.A),
        Map.entry("10.0.0.1", Type.A),
        Map.entry("192.168.0.1", Type.A),
        Map.entry("100.64.0.1", Type.A),
        Map.entry("255.255.255.255", Type.A),
        Map.entry("224.0.0.1", Type.A),
        Map.entry("127.0.0.1 10.0.0.1", Type.A),
        Map.entry("::1", Type.AAAA),
        Map.entry("::", Type.AAAA),
        Map.entry("64:ff9b::7f00:1", Type.AAAA),
        Map.entry("2002:7f00:1::", Type.AAAA),
        Map.entry("::ffff:0:7f00:1", Type.AAAA),
        Map.entry("::7f00:1", Type.AAAA),
        Map.entry("fe80::1", Type.AAAA),
        Map.entry("fd00::1", Type.AAAA),
        Map.entry("2001:0:7f00:1:8000:63bf:3fff:fdd2", Type.AAAA),
        Map.entry("ff02::1", Type.AAAA));
  }
}
