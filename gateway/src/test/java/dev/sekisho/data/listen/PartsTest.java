package dev.sekisho.data.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests for parts of what is scanned: the whole is fetched once, and no part is of another. */
class PartsTest {
  private static final int LENGTH = 200_000;

  @TempDir private static Path folder;

  private static String wanted;
  private static String unwanted;

  /** Counts what the origin was asked. */
  private final AtomicInteger fetches = new AtomicInteger();

  @BeforeAll
  static void listTheUnwanted() throws Exception {
    byte[] bytes = new byte[LENGTH];
    new Random(1).nextBytes(bytes);
    wanted = new String(bytes, ISO_8859_1);
    new Random(2).nextBytes(bytes);
    unwanted = new String(bytes, ISO_8859_1);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
    Files.writeString(folder.resolve("unwanted.sha256"), HexFormat.of().formatHex(digest) + "\n");
  }

  private static TestGateway start() throws IOException {
    return start("deliver: auto");
  }

  private static TestGateway start(String scan) throws IOException {
    return TestGateway.start(
        "scan: { engines: [ { signatures: { sha256: [ "
            + folder.resolve("unwanted.sha256")
            + " ] } } ], spool: { memory-per-body: 16KiB }, "
            + scan
            + " }\n");
  }

  private ScriptedOrigin serving(String body, String fields) throws IOException {
    return ScriptedOrigin.of(line -> {
      while (!line.readHead().isEmpty()) {
        fetches.incrementAndGet();
        // Long enough for the others to ask meanwhile.
        Thread.sleep(100);
        line.send("HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + LENGTH + "\r\n\r\n" + body);
      }
    });
  }

  private static String get(ScriptedOrigin origin, String fields) {
    return "GET http://"
        + origin.authority()
        + "/file HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\n"
        + fields
        + "\r\n";
  }

  @Test
  void twoHundredPartsOfOneFileCostOneFetch() throws Exception {
    int parts = 200;
    int length = LENGTH / parts;
    try (TestGateway gateway = start();
        ScriptedOrigin origin = serving(wanted, "ETag: \"v1\"\r\n");
        var threads = Executors.newFixedThreadPool(8)) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < parts; i++) {
        int first = i * length;
        answers.add(threads.submit(() -> part(gateway, origin, first, first + length - 1)));
      }
      StringBuilder whole = new StringBuilder();
      for (Future<String> answer : answers) {
        whole.append(answer.get());
      }
      assertThat(whole.toString()).isEqualTo(wanted);
      assertThat(fetches).hasValue(1);
      assertThat(gateway.journal().awaitClosed(parts))
          .allSatisfy(record -> {
            assertThat(record.fate).isEqualTo(Record.Fate.CLEAN);
            assertThat(record.status).isEqualTo(206);
          });
    }
  }

  private static String part(TestGateway gateway, ScriptedOrigin origin, int first, int last)
      throws IOException {
    try (RawClient client = gateway.client()) {
      client.send(get(origin, "Range: bytes=" + first + "-" + last + "\r\n"));
      RawClient.Response answer = client.readResponse();
      assertThat(answer.status()).isEqualTo(206);
      assertThat(answer.field("Content-Range"))
          .isEqualTo("bytes " + first + "-" + last + "/" + LENGTH);
      return answer.body();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 206, 0, 1",
    "bytes=199990-, 206, 199990, 200000",
    "bytes=-10, 206, 199990, 200000",
    "bytes=-300000, 206, 0, 200000",
    "bytes=100-300000, 206, 100, 200000",
    "bytes=200000-, 416, 0, 0",
    "bytes=-0, 416, 0, 0",
    "bytes=5-4, 200, 0, 200000",
    "'bytes=0-1,5-6', 200, 0, 200000",
    "lines=1-2, 200, 0, 200000",
    "bytes=, 200, 0, 200000"
  })
  void aPartIsWhatWasAskedFor(String range, int status, int from, int until) throws Exception {
    try (TestGateway gateway = start();
        ScriptedOrigin origin = serving(wanted, "ETag: \"v1\"\r\n");
        RawClient client = gateway.client()) {
      for (int i = 0; i < 2; i++) {
        client.send(get(origin, "Range: " + range + "\r\n"));
        RawClient.Response answer = client.readResponse();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(wanted.substring(from, until));
      }
      assertThat(fetches).as("the second is of what was kept").hasValue(1);
    }
  }

  @Test
  void aPartIsOnlyOfTheVersionThatTheClientHas() throws Exception {
    try (TestGateway gateway = start();
        ScriptedOrigin origin = serving(wanted, "ETag: \"v2\"\r\n");
        RawClient client = gateway.client()) {
      client.send(get(origin, "Range: bytes=5-9\r\nIf-Range: \"v1\"\r\n"));
      assertThat(client.readResponse().status()).isEqualTo(200);
      client.send(get(origin, "Range: bytes=5-9\r\nIf-Range: \"v2\"\r\n"));
      RawClient.Response part = client.readResponse();
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.body()).isEqualTo(wanted.substring(5, 10));
    }
  }

  @ParameterizedTest
  @CsvSource({"''", "'ETag: W/\"v1\"'", "'Last-Modified: Tue, 24 Nov 2026 00:00:00 GMT'"})
  void withoutAStrongTagNothingIsKept(String field) throws Exception {
    String fields = field.isEmpty() ? "" : field + "\r\n";
    try (TestGateway gateway = start();
        ScriptedOrigin origin = serving(wanted, fields);
        RawClient client = gateway.client()) {
      for (int i = 0; i < 2; i++) {
        client.send(get(origin, "Range: bytes=5-9\r\n"));
        assertThat(client.readResponse().body()).isEqualTo(wanted.substring(5, 10));
      }
      assertThat(fetches).hasValue(2);
    }
  }

  @Test
  void aRequestThatDiffersGetsNothingOfWhatIsKept() throws Exception {
    try (TestGateway gateway = start();
        ScriptedOrigin origin = serving(wanted, "ETag: \"v1\"\r\n");
        RawClient client = gateway.client()) {
      for (String who : List.of("a", "b", "a")) {
        client.send(get(origin, "Range: bytes=5-9\r\nCookie: " + who + "\r\n"));
        assertThat(client.readResponse().status()).isEqualTo(206);
      }
      assertThat(fetches).hasValue(2);
    }
  }

  @Test
  void noPartOfAnUnwantedFileArrives() throws Exception {
    try (TestGateway gateway = start();
        ScriptedOrigin origin = serving(unwanted, "ETag: \"v1\"\r\n");
        RawClient client = gateway.client()) {
      for (int i = 0; i < 2; i++) {
        client.send(get(origin, "Range: bytes=100000-100009\r\n"));
        assertThat(client.readResponse().status()).isEqualTo(403);
      }
      assertThat(gateway.journal().awaitClosed(2))
          .allSatisfy(record -> assertThat(record.fate).isEqualTo(Record.Fate.INFECTED));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 200000", "Transfer-Encoding: chunked"})
  void whatIsNotScannedToItsEndComesFromItsBeginning(String framing) throws Exception {
    CountDownLatch delivered = new CountDownLatch(1);
    boolean chunked = framing.startsWith("Transfer");
    try (TestGateway gateway = start("deliver: hold, patience: 1s");
        ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n");
              line.send((chunked ? "186a0\r\n" : "") + wanted.substring(0, 100_000));
              delivered.await();
              line.send((chunked ? "\r\n186a0\r\n" : "") + wanted.substring(100_000));
              line.send(chunked ? "\r\n0\r\n\r\n" : "");
            });
        RawClient client = gateway.client()) {
      client.send(get(origin, "Range: bytes=50000-149999\r\n"));
      String head = client.readHead();
      assertThat(head).startsWith("HTTP/1.1 200 ");
      delivered.countDown();
      String body = chunked ? client.readChunks(head).body() : client.read(LENGTH);
      assertThat(body).isEqualTo(wanted);
      assertThat(gateway.record().verdictReason).startsWith("endless");
    }
  }

  @Test
  void nobodyWaitsForAnAnswerThatIsNotHeld() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (TestGateway gateway =
            start("rules: [ { name: videos, content-type: video/*, scan: none } ]");
        ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              boolean first = fetches.incrementAndGet() == 1;
              line.send("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 3\r\n\r\na");
              if (first) {
                over.await();
              }
              line.send("bc");
            });
        RawClient slow = gateway.client();
        RawClient quick = gateway.client()) {
      slow.send(get(origin, "Range: bytes=0-0\r\n"));
      assertThat(slow.readHead()).startsWith("HTTP/1.1 200 ");
      quick.send(get(origin, "Range: bytes=1-1\r\n"));
      assertThat(quick.readResponse().body()).isEqualTo("abc");
      over.countDown();
      assertThat(slow.read(3)).isEqualTo("abc");
    }
  }

  @Test
  void nobodyWaitsForAFetchThatGoesOnForEver() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (TestGateway gateway =
            start("deliver: trickle, patience: 1s, delivery: { small: 1KiB, after: 20ms }");
        ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send(
                  "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: " + LENGTH + "\r\n\r\n");
              boolean first = fetches.incrementAndGet() == 1;
              int sent = 0;
              while (first && !over.await(50, TimeUnit.MILLISECONDS)) {
                line.send(wanted.substring(sent, sent + 1));
                sent++;
              }
              line.send(wanted.substring(sent));
            });
        RawClient slow = gateway.client();
        RawClient quick = gateway.client()) {
      slow.send(get(origin, "Range: bytes=0-\r\n"));
      assertThat(slow.readHead()).startsWith("HTTP/1.1 206 ");
      quick.send(get(origin, "Range: bytes=5-9\r\n"));
      RawClient.Response part = quick.readResponse();
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.body()).isEqualTo(wanted.substring(5, 10));
      assertThat(over.getCount()).as("the first is still at it").isEqualTo(1);
      over.countDown();
      assertThat(slow.read(LENGTH)).isEqualTo(wanted);
      assertThat(fetches).hasValue(2);
    }
  }

  @Test
  void whoLeavesWaitsNoLonger() {
    try (KeptBodies kept = new KeptBodies(Duration.ofMinutes(1), 1 << 20)) {
      KeptBodies.Key key = new KeptBodies.Key("http://a.example/", "", "");
      List<KeptBodies.Turn> turns = new ArrayList<>();
      Consumer<KeptBodies.Turn> leaves = turns::add;
      kept.ask(key, Runnable::run, _ -> {});
      kept.ask(key, Runnable::run, leaves);
      kept.ask(key, Runnable::run, turns::add);
      kept.forget(key, leaves);
      kept.settle(key, Optional.empty());
      assertThat(turns).hasSize(1);
    }
  }

  @Test
  void whatAnOriginGaveToOneConnectionIsForThatOneAlone() throws Exception {
    try (TestGateway gateway = start();
        ScriptedOrigin origin = serving(wanted, "ETag: \"v1\"\r\n");
        RawClient known = gateway.client();
        RawClient stranger = gateway.client()) {
      known.send(get(origin, "Authorization: NTLM TlRMTVNTUAAB\r\n"));
      assertThat(known.readResponse().status()).isEqualTo(200);
      for (RawClient client : List.of(known, stranger)) {
        client.send(get(origin, "Range: bytes=5-9\r\n"));
        assertThat(client.readResponse().status()).isEqualTo(206);
      }
      assertThat(fetches).hasValue(3);
    }
  }
}
