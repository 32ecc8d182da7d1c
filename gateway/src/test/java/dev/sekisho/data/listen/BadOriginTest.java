package dev.sekisho.data.listen;

import static dev.sekisho.data.listen.BadOriginCases.CHUNKED;
import static dev.sekisho.data.listen.BadOriginCases.OK;
import static dev.sekisho.data.listen.BadOriginCases.STOLEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.listen.BadOriginCases.Case;
import dev.sekisho.data.listen.BadOriginCases.Then;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * An origin that breaks the rules. Its answer becomes a 502, or a break that the client can see;
 * its connection serves nobody else; and whatever it sends too much never reaches the next client.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadOriginTest {
  private static final int PATIENCE = 1_000;

  private final List<Case> cases = new ArrayList<>();
  private final Semaphore begun = new Semaphore(0);
  private TestGateway gateway;
  private ScriptedOrigin origin;
  private int others;

  @BeforeAll
  void start() throws IOException {
    gateway = TestGateway.start();
    origin = ScriptedOrigin.of(this::serve);
  }

  @AfterAll
  void stop() throws IOException, InterruptedException {
    origin.close();
    gateway.close();
  }

  private void serve(ScriptedOrigin.Line line) throws IOException, InterruptedException {
    for (String head = line.readHead(); !head.isEmpty(); head = line.readHead()) {
      String path = head.split(" ")[1];
      if (path.startsWith("/bad/")) {
        play(cases.get(Integer.parseInt(path.substring(5))), line);
        return;
      }
      line.send(OK + "Content-Length: " + path.length() + "\r\n\r\n" + path);
    }
  }

  private void play(Case c, ScriptedOrigin.Line line) throws IOException, InterruptedException {
    line.send(c.bytes());
    if (!c.rest().isEmpty()) {
      begun.acquire();
      line.send(c.rest().equals("nothing") ? "" : c.rest());
    }
    switch (c.then()) {
      case STAY -> line.readToEnd();
      case CLOSE -> {}
      case RESET -> line.reset();
    }
  }

  @TestFactory
  Stream<DynamicTest> aMalformedResponseBecomesABadGateway() {
    return tests(BadOriginCases.malformed(), this::becomesBadGateway);
  }

  @TestFactory
  Stream<DynamicTest> aFaultInTheMiddleOfABodyIsABreakThatTheClientSees() {
    return tests(BadOriginCases.faultsInBodies(), this::breaks);
  }

  @TestFactory
  Stream<DynamicTest> bytesAfterTheResponseReachNobody() {
    return tests(BadOriginCases.tooMuch(), this::isDeliveredAlone);
  }

  private interface Check {
    void of(Case c, int number) throws IOException, InterruptedException;
  }

  private Stream<DynamicTest> tests(List<Case> table, Check check) {
    int first = cases.size();
    cases.addAll(table);
    assertThat(table).extracting(Case::name).doesNotHaveDuplicates();
    return table.stream()
        .map(c -> DynamicTest.dynamicTest(c.name(), () -> check.of(c, first + table.indexOf(c))));
  }

  @Test
  void theTablesKnowMoreThanEightyResponses() {
    int known =
        BadOriginCases.malformed().size()
            + BadOriginCases.faultsInBodies().size()
            + BadOriginCases.tooMuch().size();
    assertThat(known).isGreaterThan(80);
  }

  private void becomesBadGateway(Case c, int number) throws IOException, InterruptedException {
    try (RawClient client = gateway.client()) {
      var response = asks(client, c, number);
      assertThat(response.status()).isEqualTo(502);
      assertThat(response.field("Proxy-Status")).startsWith("sekisho; error=");
      assertThat(response.body()).doesNotContain("stolen");
      var record = gateway.journal().closed().getLast();
      assertThat(record.errorSide).isEqualTo("origin");
      assertThat(record.status).isEqualTo(502);
      assertOthersAreServed(client);
    }
    assertNotReused(number);
  }

  private void breaks(Case c, int number) throws IOException, InterruptedException {
    try (RawClient client = gateway.client()) {
      String head = client.send(request(c, number)).readHead();
      assertThat(head).startsWith("HTTP/1.1 200 ");
      assertThat(head.contains("chunked") ? client.readChunk() : client.read(3)).isEqualTo("abc");
      begun.release();
      assertThat(toEnd(client)).as("what the client had after the good part").isEmpty();
    }
    assertOthersAreServed();
    assertNotReused(number);
  }

  private void isDeliveredAlone(Case c, int number) throws IOException, InterruptedException {
    try (RawClient client = gateway.client()) {
      var response = asks(client, c, number);
      assertThat(c.bytes()).contains("HTTP/1.1 " + response.status() + " ");
      assertThat(response.body()).doesNotContain("stolen");
      assertOthersAreServed(client);
    }
    assertNotReused(number);
  }

  @Test
  void aResponseThatNobodyAskedForClosesTheRestingConnection()
      throws IOException, InterruptedException {
    cases.add(new Case("too late", "GET", OK + "Content-Length: 2\r\n\r\nok", STOLEN, Then.STAY));
    int number = cases.size() - 1;
    try (RawClient client = gateway.client()) {
      assertThat(asks(client, cases.get(number), number).body()).isEqualTo("ok");
      begun.release();
      assertNotReused(number);
      assertOthersAreServed(client);
    }
  }

  @Test
  void aBreakIsAResetWhereTheEndOfTheConnectionWouldBeTheEndOfTheBody() throws IOException {
    cases.add(new Case("HTTP/1.0", "GET", CHUNKED + "3\r\nabc\r\n", "0x0\r\n\r\n", Then.STAY));
    try (RawClient client = gateway.client()) {
      client.send(
          "GET http://" + origin.authority() + "/bad/" + (cases.size() - 1) + " HTTP/1.0\r\n\r\n");
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 ").doesNotContain("chunked");
      assertThat(client.read(3)).isEqualTo("abc");
      begun.release();
      assertThat(toEnd(client)).isEqualTo("");
      assertThat(gateway.journal().closed().getLast().errorKind).isEqualTo("malformed-response");
    }
  }

  @Test
  void interimResponsesWithoutEndAreHeldBackWhileTheClientDoesNotRead()
      throws IOException, InterruptedException {
    int most = 64 << 20;
    String hint = "HTTP/1.1 103 Early Hints\r\nLink: <" + "x".repeat(1000) + ">\r\n\r\n";
    byte[] hints = hint.repeat(64).getBytes(StandardCharsets.US_ASCII);
    AtomicLong sent = new AtomicLong();
    try (ScriptedOrigin talker =
            ScriptedOrigin.of(line -> {
              line.readHead();
              while (sent.addAndGet(hints.length) < most) {
                line.send(hints);
              }
              line.send(OK + "Content-Length: 2\r\n\r\nok");
            });
        RawClient client = gateway.client()) {
      client.send(
          "GET http://"
              + talker.authority()
              + "/ HTTP/1.1\r\nHost: h.example\r\nConnection: close\r\n\r\n");
      long before = 0;
      for (int calm = 0;
          calm < 5 && sent.get() < most;
          calm = sent.get() == before && before > 0 ? calm + 1 : 0) {
        before = sent.get();
        Thread.sleep(100);
      }
      // The sockets' own buffers take some megabytes.
      assertThat(sent.get()).isLessThan(most / 2);
      String all = client.readToEnd();
      assertThat(all).endsWith("\r\n\r\nok").hasSizeGreaterThan(most - 2 * hints.length);
    }
  }

  private RawClient.Response asks(RawClient client, Case c, int number) throws IOException {
    client.send(request(c, number));
    var response = client.readResponse(c.method());
    while (response.status() < 200) {
      response = client.readResponse(c.method());
    }
    return response;
  }

  private String request(Case c, int number) {
    String authority = origin.authority();
    return c.method()
        + " http://"
        + authority
        + "/bad/"
        + number
        + " HTTP/1.1\r\nHost: "
        + authority
        + "\r\n\r\n";
  }

  private static String toEnd(RawClient client) throws IOException {
    try {
      return client.readToEnd();
    } catch (SocketException _) {
      return ""; // a reset
    }
  }

  /** The same client, and another. */
  private void assertOthersAreServed(RawClient same) throws IOException {
    assertServed(same);
    assertOthersAreServed();
  }

  private void assertOthersAreServed() throws IOException {
    try (RawClient other = gateway.client()) {
      assertServed(other);
    }
  }

  private void assertServed(RawClient client) throws IOException {
    String path = "/good/" + ++others;
    client.send(
        "GET http://"
            + origin.authority()
            + path
            + " HTTP/1.1\r\nHost: "
            + origin.authority()
            + "\r\n\r\n");
    assertThat(client.readResponse().body()).isEqualTo(path);
  }

  private void assertNotReused(int number) throws InterruptedException {
    ScriptedOrigin.Line line =
        origin.lines().stream()
            .filter(l -> l.received().contains("/bad/" + number + " HTTP/1.1\r\n"))
            .findFirst()
            .orElseThrow();
    for (int i = 0; i < PATIENCE && !line.socket().isClosed(); i++) {
      Thread.sleep(5);
    }
    assertThat(line.socket().isClosed()).as("the origin's connection is closed").isTrue();
    assertThat(line.received())
        .as("what came after the bad answer")
        .endsWith("\r\n\r\n")
        .containsOnlyOnce("/bad/");
    String after = line.received().substring(line.received().indexOf("/bad/"));
    assertThat(after).containsOnlyOnce("\r\n\r\n");
  }
}
