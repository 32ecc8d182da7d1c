package dev.sekisho.data.listen;

import static dev.sekisho.data.listen.SmugglingCases.CHUNKED;
import static dev.sekisho.data.listen.SmugglingCases.GET;
import static dev.sekisho.data.listen.SmugglingCases.GOOD_CHUNK;
import static dev.sekisho.data.listen.SmugglingCases.HIDDEN;
import static dev.sekisho.data.listen.SmugglingCases.HOST;
import static dev.sekisho.data.listen.SmugglingCases.O;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.listen.SmugglingCases.Case;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Requests that two readers could take in two ways, or that nobody should take at all. Each is
 * followed by another request that must never come into being; what the origin really received is
 * compared byte for byte.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SmugglingTest {
  private static final int PATIENCE = 500;
  private static final long SEED = 20_261_124;

  private TestGateway gateway;
  private ScriptedOrigin origin;
  private final Map<ScriptedOrigin.Line, Integer> heard = new HashMap<>();
  private String chunkedHeadAtOrigin = "";
  private int markers;

  @BeforeAll
  void start() throws IOException {
    gateway = TestGateway.start();
    origin = ScriptedOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    try (RawClient client = gateway.client()) {
      assertThat(client.send(at(CHUNKED + GOOD_CHUNK + "0\r\n\r\n")).readResponse().status())
          .isEqualTo(200);
    }
    String whole = news();
    assertThat(whole)
        .startsWith("POST /p HTTP/1.1\r\n")
        .endsWith("\r\n\r\n" + GOOD_CHUNK + "0\r\n\r\n");
    chunkedHeadAtOrigin = whole.substring(0, whole.indexOf("\r\n\r\n") + 4);
  }

  @AfterAll
  void stop() throws IOException, InterruptedException {
    origin.close();
    gateway.close();
  }

  @TestFactory
  Stream<DynamicTest> nothingOfAMalformedHeadReachesTheOrigin() {
    return SmugglingCases.heads().stream()
        .map(c -> DynamicTest.dynamicTest(c.name(), () -> refusedWithoutATrace(c)));
  }

  @TestFactory
  Stream<DynamicTest> theSameHeadsInPiecesAreRefusedInTheSameWay() {
    Random random = new Random(SEED);
    return SmugglingCases.heads().stream()
        .map(c -> DynamicTest.dynamicTest(c.name(), () -> refusedInPieces(c, random)));
  }

  @Test
  void aChunkedBodyIsRebuilt() throws IOException {
    news();
    String body =
        "0003 ;a=\"b;c\"\r\nabc\r\n00A;x\r\n0123456789\r\n000;y\r\n"
            + "Content-Length: 99\r\nTransfer-Encoding: gzip\r\nHost: e.test\r\nX-Sum: 7\r\n\r\n";
    try (RawClient client = gateway.client()) {
      client.send(at(CHUNKED + body + GET + "\r\n"));
      assertThat(client.readResponse().status()).isEqualTo(200);
      assertThat(client.readResponse().status()).isEqualTo(200);
    }
    String received = news();
    String rebuilt = chunkedHeadAtOrigin + GOOD_CHUNK + "a\r\n0123456789\r\n0\r\nX-Sum: 7\r\n\r\n";
    assertThat(received).startsWith(rebuilt + "GET /p HTTP/1.1\r\n");
    assertThat(received.substring(received.indexOf("GET /p")))
        .containsOnlyOnce("\r\n\r\n")
        .endsWith("\r\n\r\n");
  }

  @TestFactory
  Stream<DynamicTest> aFaultInAChunkedBodyLeavesTheOriginWithNoMoreThanAWellFormedPart() {
    return SmugglingCases.chunkFaults().stream()
        .map(c -> DynamicTest.dynamicTest(c.name(), () -> refusedWithAPrefix(c)));
  }

  @TestFactory
  Stream<DynamicTest> aFaultThatComesLateEndsTheRequestAtTheOriginToo() {
    return SmugglingCases.chunkFaults().stream()
        .map(c -> DynamicTest.dynamicTest(c.name(), () -> cutOffAtTheOrigin(c)));
  }

  @TestFactory
  Stream<DynamicTest> aRequestInTheBodyOfARefusedOneIsNotRead() {
    String body = at(HIDDEN);
    String hex = Integer.toHexString(body.length());
    return Stream.of(
            at(
                "POST http://forbidden.example/ HTTP/1.1\r\nHost: h.example\r\nContent-Length: "
                    + body.length()
                    + "\r\n\r\n"),
            at(
                "POST http://forbidden.example/ HTTP/1.1\r\n"
                    + "Host: h.example\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + hex
                    + "\r\n"),
            at(
                "POST http://sekisho/ HTTP/1.1\r\nHost: sekisho\r\nContent-Length: "
                    + body.length()
                    + "\r\n\r\n"),
            at(
                "POST /healthz HTTP/1.1\r\nHost: sekisho\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + hex
                    + "\r\n"),
            at(
                "POST https://"
                    + O
                    + "/ HTTP/1.1\r\n"
                    + HOST
                    + "Content-Length: "
                    + body.length()
                    + "\r\n\r\n"),
            at("CONNECT forbidden.example:443 HTTP/1.1\r\nHost: forbidden.example:443\r\n\r\n"))
        .map(head ->
            DynamicTest.dynamicTest(
                head.lines().findFirst().orElseThrow(),
                () -> {
                  news();
                  String answer;
                  try (RawClient client = gateway.client()) {
                    answer = client.send(head + body).readToEnd();
                  }
                  assertThat(answer).startsWith("HTTP/1.1 ").containsOnlyOnce("HTTP/1.1 ");
                  assertOnlyTheMarker();
                }));
  }

  @Test
  void theTablesKnowMoreThanNinetyRequests() {
    assertThat(
            Stream.concat(SmugglingCases.heads().stream(), SmugglingCases.chunkFaults().stream()))
        .extracting(Case::name)
        .hasSizeGreaterThan(90)
        .doesNotHaveDuplicates();
  }

  private void refusedWithoutATrace(Case c) throws IOException {
    news();
    String answer = exchange(c.bytes() + HIDDEN);
    assertIsTheOnlyAnswer(answer, c.status());
    assertOnlyTheMarker();
  }

  private void refusedInPieces(Case c, Random random) throws IOException {
    news();
    String bytes = at(c.bytes() + HIDDEN);
    int first = 1 + random.nextInt(c.bytes().length() - 1);
    try (RawClient client = gateway.client()) {
      client.send(bytes.substring(0, first)).send(bytes.substring(first));
      assertIsTheOnlyAnswer(client.readToEnd(), c.status());
    } catch (IOException | AssertionError e) {
      throw new AssertionError("cut at " + first + " with the seed " + SEED, e);
    }
    assertOnlyTheMarker();
  }

  private void refusedWithAPrefix(Case c) throws IOException {
    news();
    String answer = exchange(CHUNKED + GOOD_CHUNK + c.bytes() + HIDDEN);
    assertIsTheOnlyAnswer(answer, c.status());
    String marker = marker();
    String received = news();
    assertThat(received).contains(marker).doesNotContain("smuggled");
    assertThat(chunkedHeadAtOrigin + GOOD_CHUNK)
        .startsWith(received.substring(0, received.indexOf("GET " + marker)));
  }

  private void cutOffAtTheOrigin(Case c) throws IOException, InterruptedException {
    String answer;
    String before = chunkedHeadAtOrigin + GOOD_CHUNK;
    news();
    try (RawClient client = gateway.client()) {
      client.send(at(CHUNKED + GOOD_CHUNK));
      ScriptedOrigin.Line line = lineThatHeard(before);
      answer = client.send(at(c.bytes() + HIDDEN)).readToEnd();
      awaitClosed(line);
      assertThat(line.received()).endsWith(before);
    }
    assertIsTheOnlyAnswer(answer, c.status());
    assertThat(news()).isEqualTo(before);
    assertOnlyTheMarker();
  }

  private static void assertIsTheOnlyAnswer(String answer, int status) {
    assertThat(answer)
        .startsWith("HTTP/1.1 " + status + " ")
        .containsOnlyOnce("HTTP/1.1 ")
        .contains("\r\nConnection: close\r\n");
  }

  private String exchange(String bytes) throws IOException {
    try (RawClient client = gateway.client()) {
      return client.send(at(bytes)).readToEnd();
    }
  }

  private String at(String bytes) {
    return bytes.replace(O, origin.authority());
  }

  /** What the origin has received since this was asked last. */
  private String news() {
    StringBuilder news = new StringBuilder();
    for (ScriptedOrigin.Line line : origin.lines()) {
      String all = line.received();
      news.append(all, heard.getOrDefault(line, 0), all.length());
      heard.put(line, all.length());
    }
    return news.toString();
  }

  /**
   * A request of somebody else, which must get through, and before which nothing else may have
   * arrived.
   */
  private void assertOnlyTheMarker() throws IOException {
    String marker = marker();
    String received = news();
    assertThat(received)
        .startsWith("GET " + marker + " HTTP/1.1\r\n")
        .endsWith("\r\n\r\n")
        .containsOnlyOnce("HTTP/1.1\r\n");
  }

  private String marker() throws IOException {
    String marker = "/marker-" + ++markers;
    try (RawClient other = gateway.client()) {
      var response =
          other
              .send(at("GET http://" + O + marker + " HTTP/1.1\r\n" + HOST + "\r\n"))
              .readResponse();
      assertThat(response.status()).isEqualTo(200);
    }
    return marker;
  }

  private ScriptedOrigin.Line lineThatHeard(String end) throws InterruptedException {
    for (int i = 0; i < PATIENCE; i++) {
      for (ScriptedOrigin.Line line : origin.lines()) {
        if (line.received().endsWith(end)
            && line.received().length() > heard.getOrDefault(line, 0)) {
          return line;
        }
      }
      Thread.sleep(5);
    }
    throw new AssertionError("the first chunk has not reached the origin");
  }

  /** The script ends, and closes the line, when the gateway has closed it. */
  private static void awaitClosed(ScriptedOrigin.Line line) throws InterruptedException {
    for (int i = 0; i < PATIENCE && !line.socket().isClosed(); i++) {
      Thread.sleep(5);
    }
    assertThat(line.socket().isClosed()).as("the origin's connection is closed").isTrue();
  }
}
