package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

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
  private static final String STOLEN = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen";
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";
  private static final int PATIENCE = 1_000;

  private final List<Case> cases = new ArrayList<>();
  private final Semaphore begun = new Semaphore(0);
  private TestGateway gateway;
  private ScriptedOrigin origin;
  private int others;

  /** What the origin does after its last byte. */
  private enum Then {
    STAY,
    CLOSE,
    RESET
  }

  /**
   * One answer.
   *
   * @param rest sent after the client has what was before; empty when there is nothing to wait for
   */
  private record Case(String name, String method, String bytes, String rest, Then then) {}

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
    line.send(c.bytes);
    if (!c.rest.isEmpty()) {
      begun.acquire();
      line.send(c.rest.equals("nothing") ? "" : c.rest);
    }
    switch (c.then) {
      case STAY -> line.readToEnd();
      case CLOSE -> {}
      case RESET -> line.reset();
    }
  }

  @TestFactory
  Stream<DynamicTest> aMalformedResponseBecomesABadGateway() {
    return tests(malformed(), this::becomesBadGateway);
  }

  @TestFactory
  Stream<DynamicTest> aFaultInTheMiddleOfABodyIsABreakThatTheClientSees() {
    return tests(faultsInBodies(), this::breaks);
  }

  @TestFactory
  Stream<DynamicTest> bytesAfterTheResponseReachNobody() {
    return tests(tooMuch(), this::isDeliveredAlone);
  }

  private interface Check {
    void of(Case c, int number) throws IOException, InterruptedException;
  }

  private Stream<DynamicTest> tests(List<Case> table, Check check) {
    int first = cases.size();
    cases.addAll(table);
    assertThat(table).extracting(Case::name).doesNotHaveDuplicates();
    return table.stream()
        .map(c -> DynamicTest.dynamicTest(c.name, () -> check.of(c, first + table.indexOf(c))));
  }

  @Test
  void theTablesKnowMoreThanEightyResponses() {
    assertThat(malformed().size() + faultsInBodies().size() + tooMuch().size()).isGreaterThan(80);
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
      assertThat(c.bytes).contains("HTTP/1.1 " + response.status() + " ");
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
    var response = client.readResponse(c.method);
    while (response.status() < 200) {
      response = client.readResponse(c.method);
    }
    return response;
  }

  private String request(Case c, int number) {
    String authority = origin.authority();
    return c.method
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

  // The tables.

  private static List<Case> malformed() {
    List<Case> to = new ArrayList<>();
    lines(to);
    fields(to);
    others(to);
    to.add(new Case("nothing", "GET", "", "", Then.CLOSE));
    to.add(new Case("half a head", "GET", OK + "Content-Le", "", Then.CLOSE));
    to.add(new Case("half a status line", "GET", "HTTP/1.", "", Then.CLOSE));
    to.add(new Case("a reset", "GET", "", "", Then.RESET));
    return to;
  }

  private static void lines(List<Case> to) {
    for (String line :
        List.of(
            "ICY 200 OK",
            "http/1.1 200 OK",
            " HTTP/1.1 200 OK",
            "<html>",
            "HTTP/2 200 OK",
            "HTTP/2.0 200 OK",
            "HTTP/1.2 200 OK",
            "HTTP/0.9 200 OK",
            "HTTP/1.1",
            "HTTP/1.1 20 OK",
            "HTTP/1.1 2000 OK",
            "HTTP/1.1  200 OK",
            "HTTP/1.1 20x OK",
            "HTTP/1.1 099 OK",
            "HTTP/1.1 -20 OK",
            "HTTP/1.1 200\tOK",
            "HTTP/1.1\t200 OK",
            "HTTP/1.1 200 O\0K",
            "HTTP/1.1 200 O\rK",
            "GET / HTTP/1.1",
            "SSH-2.0-OpenSSH_9.2")) {
      to.add(
          bad("the line " + SmugglingCases.shown(line), line + "\r\nContent-Length: 2\r\n\r\nok"));
    }
  }

  private static void fields(List<Case> to) {
    for (String fields :
        List.of(
            "A: b\r\n folded",
            " A: b",
            "A : b",
            ": b",
            "A",
            "A\0: b",
            "A: b\0c",
            "A: b\u007f",
            "Location: /x\rSet-Cookie: a=b",
            "Location: /x\nSet-Cookie: a=b",
            "Content-Length : 2",
            "Transfer-Encoding\t: chunked",
            "Content-Length: 2\r\nTransfer-Encoding: chunked",
            "Content-Length: 2\r\nContent-Length: 2",
            "Content-Length: 2\r\nContent-Length: 50",
            "Content-Length: 2, 2",
            "Content-Length: +2",
            "Content-Length: -2",
            "Content-Length: 0x2",
            "Content-Length: ",
            "Content-Length: 99999999999999999999",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: gzip",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: ",
            "Transfer-Encoding: \u000cchunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")) {
      to.add(bad("the fields " + SmugglingCases.shown(fields), OK + fields + "\r\n\r\nok"));
    }
  }

  private static void others(List<Case> to) {
    to.add(bad("a bare LF after the status line", "HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok"));
    to.add(
        bad(
            "chunks in HTTP/1.0",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"));
    to.add(bad("204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok"));
    to.add(
        bad(
            "204 with chunks",
            "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"));
    to.add(
        bad(
            "304 with two lengths",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"));
    to.add(bad("100 with a length", "HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\nok"));
    to.add(bad("garbage after 100", "HTTP/1.1 100 Continue\r\n\r\nok"));
    to.add(bad("two empty lines first", "\r\n\r\n" + OK + "Content-Length: 2\r\n\r\nok"));
    to.add(bad("a TLS alert", "\u0015\u0003\u0003\u0000\u0002\u0002\u0028"));
    String upgrade = "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    to.add(
        bad("a switch to what nobody asked for", "HTTP/1.1 101 Switching Protocols\r\n" + upgrade));
    to.add(bad("a status line of 17 KiB", "HTTP/1.1 200 " + "x".repeat(17 << 10) + "\r\n\r\n"));
    to.add(bad("a header block of 65 KiB", OK + "A: " + "b".repeat(65 << 10) + "\r\n\r\n"));
    to.add(bad("the field number 501", OK + "A: b\r\n".repeat(501) + "\r\n"));
    String two = "Content-Length: 2\r\nContent-Length: 3\r\n\r\n";
    to.add(new Case("HEAD with two lengths", "HEAD", OK + two + STOLEN, "", Then.STAY));
    String both = "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n";
    to.add(new Case("HEAD with both framings", "HEAD", OK + both, "", Then.STAY));
  }

  private static List<Case> faultsInBodies() {
    List<Case> to = new ArrayList<>();
    for (String fault :
        List.of(
            "ffffffffffffffffff\r\nx\r\n",
            "0x3\r\nxyz\r\n0\r\n\r\n",
            "+3\r\nxyz\r\n",
            "-3\r\nxyz\r\n",
            " 3\r\nxyz\r\n",
            "3 \r\nxyz\r\n",
            "\r\nxyz",
            "g\r\n",
            "3\nxyz\r\n",
            "3\rxyz\r\n",
            "3;x\nxyz\r\n0\r\n\r\n",
            "3;x\0\r\nxyz\r\n",
            "0\n\r\n",
            "0\r\n\n",
            "0\r\nA : b\r\n\r\n",
            "0\r\nA\r\n\r\n",
            "0\r\nA: b\n\r\n",
            "0\r\nA: \0\r\n\r\n",
            "0x0\r\n\r\n",
            STOLEN)) {
      to.add(
          new Case(
              "the chunk " + SmugglingCases.shown(fault),
              "GET",
              CHUNKED + "3\r\nabc\r\n",
              fault + STOLEN,
              Then.STAY));
    }
    to.add(
        new Case(
            "a chunk longer than its size",
            "GET",
            CHUNKED + "3\r\nabc",
            "d\r\n0\r\n\r\n",
            Then.STAY));
    to.add(
        new Case(
            "the end before the last chunk",
            "GET",
            CHUNKED + "3\r\nabc\r\n",
            "nothing",
            Then.CLOSE));
    to.add(
        new Case(
            "the end within the last chunk", "GET", CHUNKED + "3\r\nabc\r\n", "0\r\n", Then.CLOSE));
    to.add(
        new Case(
            "a reset before the last chunk",
            "GET",
            CHUNKED + "3\r\nabc\r\n",
            "nothing",
            Then.RESET));
    to.add(
        new Case(
            "the end before the length is reached",
            "GET",
            OK + "Content-Length: 10\r\n\r\nabc",
            "nothing",
            Then.CLOSE));
    to.add(
        new Case(
            "a reset before the length is reached",
            "GET",
            OK + "Content-Length: 10\r\n\r\nabc",
            "nothing",
            Then.RESET));
    to.add(
        new Case("a reset where the end is the end", "GET", OK + "\r\nabc", "nothing", Then.RESET));
    return to;
  }

  private static List<Case> tooMuch() {
    return List.of(
        new Case(
            "after a length", "GET", OK + "Content-Length: 2\r\n\r\nok" + STOLEN, "", Then.STAY),
        new Case(
            "after no content", "GET", OK + "Content-Length: 0\r\n\r\n" + STOLEN, "", Then.STAY),
        new Case(
            "after the last chunk",
            "GET",
            CHUNKED + "2\r\nok\r\n0\r\n\r\n" + STOLEN,
            "",
            Then.STAY),
        new Case(
            "after trailers",
            "GET",
            CHUNKED + "2\r\nok\r\n0\r\nA: b\r\n\r\n" + STOLEN,
            "",
            Then.STAY),
        new Case("after 204", "GET", "HTTP/1.1 204 No Content\r\n\r\n" + STOLEN, "", Then.STAY),
        new Case(
            "after 304",
            "GET",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 46\r\n\r\n" + STOLEN,
            "",
            Then.STAY),
        new Case(
            "a body after HEAD", "HEAD", OK + "Content-Length: 46\r\n\r\n" + STOLEN, "", Then.STAY),
        new Case("chunks after HEAD", "HEAD", CHUNKED + "6\r\nstolen\r\n0\r\n\r\n", "", Then.STAY),
        new Case(
            "after it an interim response",
            "GET",
            OK + "Content-Length: 2\r\n\r\nokHTTP/1.1 103 H\r\n\r\n",
            "",
            Then.STAY),
        new Case("one line end", "GET", OK + "Content-Length: 2\r\n\r\nok\r\n", "", Then.STAY),
        new Case("one byte", "GET", OK + "Content-Length: 2\r\n\r\nok\0", "", Then.STAY));
  }

  private static Case bad(String name, String bytes) {
    return new Case(name, "GET", bytes + STOLEN, "", Then.STAY);
  }
}
