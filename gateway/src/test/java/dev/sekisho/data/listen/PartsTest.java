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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
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
        "scan: { "
            + scan
            + ", engines: [ { signatures: { sha256: [ "
            + folder.resolve("unwanted.sha256")
            + " ] } } ], spool: { memory-per-body: 16KiB } }\n");
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
  @ValueSource(strings = {"Content-Length: 200000", "Connection: close"})
  void whatTakesTooLongComesWholeAndFromItsBeginning(String framing) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    try (TestGateway gateway = start("deliver: hold, patience: 300ms");
        ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n" + wanted.substring(0, 50_000));
              begun.await();
              line.send(wanted.substring(50_000));
            });
        RawClient client = gateway.client()) {
      client.send(get(origin, "Range: bytes=100-109\r\n"));
      String head = client.readHead();
      begun.countDown();
      assertThat(head).startsWith("HTTP/1.1 200 ");
      String body =
          framing.startsWith("Content") ? client.read(LENGTH) : client.readChunks(head).body();
      assertThat(body).isEqualTo(wanted);
      assertThat(gateway.record().verdictReason).startsWith("endless");
    }
  }
}
