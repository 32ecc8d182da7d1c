package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.sekisho.config.Mark;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.data.exchange.RefusalFlood;
import dev.sekisho.journal.JournalConfig;
import dev.sekisho.journal.Record;
import dev.sekisho.journal.SegmentJournal;
import dev.sekisho.testing.KernelQueues;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * What a client that means ill, or is broken, can do to the journal and to the log: nothing but to
 * be counted.
 */
class FloodTest {
  private static final String DENY_EVERYTHING = "policy: { default: deny, rules: [] }\n";
  private static final String LOOPBACK =
      """
      policy:
        default: deny
        rules:
          - name: loopback
            to: { address: [127.0.0.0/8] }
            action: allow
      """;
  private static final String SECRET = "Xk9vQ2secretT7";

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Logger ours = (Logger) LoggerFactory.getLogger("dev.sekisho");
  private final Listening log = new Listening();

  @TempDir private Path folder;

  /** Everything that is logged, as it would be written. */
  private static final class Listening extends AppenderBase<ILoggingEvent> {
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      events.add(event);
    }

    private Stream<String> texts() {
      return events.stream().map(event -> event.getFormattedMessage() + thrown(event));
    }

    private static String thrown(ILoggingEvent event) {
      return event.getThrowableProxy() == null
          ? ""
          : String.valueOf(event.getThrowableProxy().getMessage());
    }
  }

  @BeforeEach
  void listen() {
    log.setContext(root.getLoggerContext());
    log.start();
    root.addAppender(log);
    ours.setLevel(Level.TRACE);
  }

  @AfterEach
  void stopListening() {
    root.detachAppender(log);
    ours.setLevel(null);
  }

  @Test
  void tenThousandRefusedRequestsAreABurstOfRecordsAndACount()
      throws IOException, InterruptedException {
    int requests = 10_000;
    String one = "GET http://forbidden.example/ HTTP/1.1\r\nHost: forbidden.example\r\n\r\n";
    long start = System.nanoTime();
    List<Record> records;
    try (TestGateway gateway = TestGateway.start(DENY_EVERYTHING)) {
      try (RawClient client = gateway.client()) {
        for (int i = 0; i < requests; i += 100) {
          client.send(one.repeat(100));
          assertRefused(client, 100);
        }
      }
      gateway.close();
      records = gateway.journal().closed();
    }
    assertCounted(records, requests, start);
    assertQuietLog(requests);
  }

  @Test
  void refusalsForTheirAddressAreCountedLikeOthers() throws IOException, InterruptedException {
    int requests = 2_000;
    String one = "GET http://10.0.0.1/ HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n";
    long start = System.nanoTime();
    List<Record> records;
    try (TestGateway gateway = TestGateway.start("policy: { default: allow, rules: [] }\n")) {
      try (RawClient client = gateway.client()) {
        for (int i = 0; i < requests; i += 100) {
          client.send(one.repeat(100));
          assertRefused(client, 100);
        }
      }
      gateway.close();
      records = gateway.journal().closed();
      assertThat(gateway.journal().opened()).isEmpty();
    }
    assertCounted(records, requests, start);
  }

  @Test
  void namesThatDoNotExistAreCountedToo() throws IOException, InterruptedException {
    int requests = 1_000;
    String one = "GET http://nowhere.invalid/ HTTP/1.1\r\nHost: nowhere.invalid\r\n\r\n";
    long start = System.nanoTime();
    List<Record> records;
    try (TestGateway gateway = TestGateway.start("policy: { default: allow, rules: [] }\n")) {
      try (RawClient client = gateway.client()) {
        for (int i = 0; i < requests; i++) {
          assertThat(client.send(one).readResponse().status()).isEqualTo(502);
        }
      }
      gateway.close();
      records = gateway.journal().closed();
    }
    assertCounted(records, requests, start);
  }

  @Test
  void otherFailuresAreRecordedOneByOneHoweverOften() throws IOException, InterruptedException {
    int requests = 500;
    int port = freePort();
    String one = "GET http://127.0.0.1:" + port + "/ HTTP/1.1\r\nHost: x\r\n\r\n";
    try (TestGateway gateway = TestGateway.start(LOOPBACK);
        RawClient client = gateway.client()) {
      for (int i = 0; i < requests; i++) {
        assertThat(client.send(one).readResponse().status()).isEqualTo(502);
      }
      assertThat(gateway.journal().awaitClosed(requests))
          .hasSize(requests)
          .allSatisfy(record -> assertThat(record.errorKind).isEqualTo("connect-refused"));
    }
  }

  private static int freePort() throws IOException {
    try (java.net.ServerSocket door = new java.net.ServerSocket(0)) {
      return door.getLocalPort();
    }
  }

  private static void assertRefused(RawClient client, long times) throws IOException {
    for (long i = 0; i < times; i++) {
      assertThat(client.readResponse().status()).isEqualTo(403);
    }
  }

  @Test
  void connectionsWithGarbageAreABurstOfRecordsAndACount()
      throws IOException, InterruptedException {
    int connections = 1_000;
    List<String> garbage =
        List.of(
            "\u0016\u0003\u0001\0\0",
            "\0\0\0\0",
            "GET\r\n\r\n",
            "SSH-2.0-x\r\n",
            "GET / HTTP/1.1\r\nA\r\n\r\n");
    long start = System.nanoTime();
    List<Record> records;
    try (TestGateway gateway = TestGateway.start(DENY_EVERYTHING)) {
      for (int i = 0; i < connections; i++) {
        try (RawClient client = gateway.client()) {
          assertThat(client.send(garbage.get(i % garbage.size())).readHead())
              .startsWith("HTTP/1.1 400 ");
        }
      }
      gateway.close();
      records = gateway.journal().closed();
    }
    assertCounted(records, connections, start);
    assertQuietLog(connections);
  }

  @Test
  void answersThatAreNotReadAreNotMade() throws IOException, InterruptedException {
    int most = 8 << 20;
    String one = "GET http://forbidden.example/ HTTP/1.1\r\nHost: h.example\r\n\r\n";
    byte[] requests = one.repeat(256).getBytes(StandardCharsets.US_ASCII);
    AtomicLong sent = new AtomicLong();
    try (TestGateway gateway = TestGateway.start(DENY_EVERYTHING);
        RawClient client = gateway.client()) {
      client.socket().setSendBufferSize(64 << 10);
      client.socket().setReceiveBufferSize(64 << 10);
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (sent.get() < most) {
                    client.send(requests);
                    sent.addAndGet(requests.length);
                  }
                } catch (IOException _) {
                  // Closed below.
                }
              });
      awaitStandstill(gateway.port(), sent, most);
      assertThat(sent.get()).as("bytes of requests that were taken").isLessThan(most);
      // Whatever was asked before the client began to read is answered.
      assertRefused(client, sent.get() / one.length());
      client.close();
      sender.join();
    }
    assertQuietLog(100);
  }

  /** Until everything was sent, or neither the sender nor what the kernel holds moves any more. */
  private static void awaitStandstill(int port, AtomicLong sent, long most)
      throws IOException, InterruptedException {
    long moved = -1;
    for (int still = 0; still < 20 && sent.get() < most; ) {
      Thread.sleep(50);
      long now = sent.get() + KernelQueues.bytes(Set.of(port));
      still = now == moved && sent.get() > 0 ? still + 1 : 0;
      moved = now;
    }
  }

  @Test
  void connectionsThatBreakOffAnywhereLeaveNothingInTheLog()
      throws IOException, InterruptedException {
    try (TestGateway gateway = TestGateway.start(LOOPBACK);
        ScriptedOrigin origin =
            ScriptedOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
      String allowed =
          "POST http://"
              + origin.authority()
              + "/ HTTP/1.1\r\nHost: "
              + origin.authority()
              + "\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
      for (int i = 0; i < allowed.length(); i += 3) {
        RawClient client = gateway.client().send(allowed.substring(0, i));
        client.socket().setSoLinger(i % 2 == 0, 0);
        client.close();
      }
    }
    assertQuietLog(100);
  }

  /**
   * One record for each refusal or a count of them, and no more records than a burst and a count
   * for each interval.
   */
  private static void assertCounted(List<Record> records, int refusals, long startNanos) {
    long intervals = (System.nanoTime() - startNanos) / 1_000 / RefusalFlood.INTERVAL + 2;
    assertThat(records.stream().mapToLong(record -> Math.max(1, record.repeats)).sum())
        .isEqualTo(refusals);
    assertThat((long) records.size())
        .isLessThanOrEqualTo(
            intervals * (LimitsConfig.DEFAULT.refusalsRecorded() + sorts(records).count()));
    assertThat(records)
        .filteredOn(record -> record.repeats > 0)
        .isNotEmpty()
        .allSatisfy(record -> assertThat(record.clientIp).isEqualTo("127.0.0.1"));
    assertThat(sorts(records.stream().filter(record -> record.repeats > 0).toList()))
        .as("what is counted, among what was recorded one by one")
        .isSubsetOf(sorts(records.stream().filter(record -> record.repeats < 0).toList()).toList());
  }

  private static Stream<String> sorts(List<Record> records) {
    return records.stream()
        .map(record ->
            record.listener
                + " "
                + record.mode
                + " "
                + record.decision
                + " "
                + record.errorSide
                + " "
                + record.errorKind)
        .distinct();
  }

  private static void sendEach(TestGateway gateway, List<String> requests) throws IOException {
    for (String request : requests) {
      try (RawClient client = gateway.client()) {
        client.send(request).readResponse();
      }
    }
  }

  @Test
  void aCountSaysWhatSortOfRefusalsItStandsFor() throws Exception {
    List<String> requests =
        List.of(
            "GET http://forbidden.example/ HTTP/1.1\r\nHost: forbidden.example\r\n\r\n",
            "CONNECT forbidden.example:443 HTTP/1.1\r\nHost: forbidden.example\r\n\r\n",
            "GET http://forbidden.example/ HTTP/1.1\r\nA\r\n\r\n");
    List<Record> records;
    TestCertificate certificate = TestCertificate.make(folder);
    String limits = "limits: { refusals-recorded: 1 }\n";
    try (TestGateway gateway = TestGateway.startWithTls(certificate, DENY_EVERYTHING + limits)) {
      for (int i = 0; i < 5; i++) {
        sendEach(gateway, requests);
      }
      var sockets = certificate.trusting().getSocketFactory();
      try (RawClient client = new RawClient(sockets.createSocket("127.0.0.1", gateway.tlsPort()))) {
        client.send(requests.get(0)).readResponse();
      }
      gateway.close();
      records = gateway.journal().closed();
    }
    assertThat(records.stream().filter(record -> record.repeats > 0))
        .extracting(
            record -> record.listener,
            record -> record.mode,
            record -> record.decision,
            record -> record.errorKind,
            record -> record.repeats,
            record -> record.clientPort)
        .containsExactlyInAnyOrder(
            tuple("proxy", Record.Mode.PLAIN, Record.Decided.DENY, null, 4L, -1),
            tuple("proxy", Record.Mode.CONNECT, Record.Decided.DENY, null, 5L, -1),
            tuple("proxy", Record.Mode.PLAIN, null, "malformed-request", 5L, -1),
            tuple("proxy-tls", Record.Mode.PLAIN, Record.Decided.DENY, null, 1L, -1));
  }

  private void assertQuietLog(int refusals) {
    assertThat(log.events)
        .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .isEmpty();
    assertThat(log.events).filteredOn(event -> event.getThrowableProxy() != null).isEmpty();
    assertThat(log.events).hasSizeLessThan(refusals / 10);
  }

  @Test
  void noSecretIsInTheJournalOrInTheLog() throws IOException, InterruptedException {
    String response =
        "HTTP/1.1 401 Unauthorized\r\nSet-Cookie: s="
            + SECRET
            + "\r\nWWW-Authenticate: Basic realm="
            + SECRET
            + "\r\nContent-Length: 2\r\n\r\nok";
    try (SegmentJournal journal = SegmentJournal.open(JournalConfig.read(absent()), folder);
        ScriptedOrigin origin = ScriptedOrigin.answering(response)) {
      var around =
          new TestGateway.Surroundings(
              Optional.of(journal),
              Optional.empty(),
              "127.0.0.1 origin.example\n",
              UnaryOperator.identity());
      try (TestGateway gateway = TestGateway.start(LOOPBACK, around)) {
        for (String request : secretive("origin.example:" + origin.port())) {
          assertAnswered(gateway, request);
        }
      }
      assertThat(origin.received())
          .as("secrets that are the origin's own reach it")
          .contains("Authorization: Basic " + SECRET, "Cookie: a=" + SECRET);
      assertThat(origin.received()).doesNotContain("Proxy-Authorization");
    }
    String written = everythingWritten();
    assertThat(written).contains("origin.example").doesNotContain(SECRET);
    assertThat(log.texts()).noneMatch(text -> text.contains(SECRET));
    assertThat(log.events).filteredOn(event -> event.getThrowableProxy() != null).isEmpty();
  }

  private static void assertAnswered(TestGateway gateway, String request) throws IOException {
    try (RawClient client = gateway.client()) {
      assertThat(client.send(request).readHead()).startsWith("HTTP/1.1 ");
    }
  }

  /**
   * Secrets in every place where they may be, in requests that are allowed, refused, malformed, or
   * lead nowhere.
   */
  private static List<String> secretive(String authority) {
    String fields =
        "Host: h.example\r\nAuthorization: Basic {s}\r\nProxy-Authorization: Basic {s}\r\n"
            + "Cookie: a={s}\r\nX-Api-Key: {s}\r\nReferer: http://h.example/?password={s}\r\n";
    String query =
        "?q=1&password={s}&token={s}&Signature={s}&access_token={s}&a=b;api_key={s} HTTP/1.1\r\n";
    return Stream.of(
            "GET http://{o}/{query}{fields}\r\n",
            "POST http://{o}/login HTTP/1.1\r\n{fields}Content-Length: 23\r\n\r\npassword={s}",
            "GET http://forbidden.example/{query}{fields}\r\n",
            "GET http://10.0.0.1/{query}{fields}\r\n",
            "GET http://127.0.0.1:1/{query}{fields}\r\n",
            "GET http://user:{s}@{o}/ HTTP/1.1\r\n{fields}\r\n",
            "CONNECT user:{s}@{o} HTTP/1.1\r\n{fields}\r\n",
            "CONNECT forbidden.example:443 HTTP/1.1\r\n{fields}\r\n",
            "GET https://{o}/{query}{fields}\r\n",
            "GET ftp://user:{s}@{o}/ HTTP/1.1\r\n{fields}\r\n",
            "GET http://{o}/?password={s}\r\n",
            "GET http://{o}/{query}{fields}Authorization : {s}\r\n\r\n",
            "GET http://{o}/ HTTP/1.1\r\n{fields}Content-Length: {s}\r\n\r\n",
            "GET http://{o}/#{s} HTTP/1.1\r\n{fields}\r\n",
            "{s} / HTTP/1.1\r\n{s}\r\n\r\n",
            "GET /{query}{fields}\r\n",
            "POST http://{o}/c HTTP/1.1\r\n{fields}Transfer-Encoding: chunked\r\n\r\n{s}\r\n\r\n",
            "\0{s}")
        .map(text -> text.replace("{query}", query).replace("{fields}", fields))
        .map(text -> text.replace("{o}", authority).replace("{s}", SECRET))
        .toList();
  }

  private String everythingWritten() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }

  private static Section absent() {
    return Section.absent("journal", new Mark("test.yaml", 1, 1), new Problems());
  }
}
