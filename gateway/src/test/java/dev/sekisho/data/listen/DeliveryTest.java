package dev.sekisho.data.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How bodies that are held reach their clients, and that unwanted ones never do as a whole. */
class DeliveryTest {
  private static final int LENGTH = 700_000;
  private static final int MOST_BEFORE_VERDICT = LENGTH - (64 << 10);

  @TempDir private static Path folder;

  private static byte[] wanted;
  private static byte[] unwanted;

  @BeforeAll
  static void listTheUnwanted() throws Exception {
    wanted = random(1);
    unwanted = random(2);
    Files.writeString(
        folder.resolve("unwanted.sha256"),
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(unwanted))
            + "  unwanted.bin\n");
  }

  private static byte[] random(int seed) {
    byte[] bytes = new byte[LENGTH];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static TestGateway start(String scan) throws IOException {
    return TestGateway.start(
        "scan: { engines: [ { signatures: { sha256: [ "
            + folder.resolve("unwanted.sha256")
            + " ] } } ], delivery: { small: 1KiB, after: 20ms, every: 20ms, portion: 5KiB,"
            + " keep-back: 64KiB }, spool: { memory-per-body: 16KiB }, "
            + scan
            + " }\n");
  }

  /** Sends all but the last byte, and that when it is told to. */
  private static ScriptedOrigin holdingBack(byte[] body, String framing, CountDownLatch last) {
    return origin(line -> {
      line.readHead();
      line.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n");
      send(line, framing, body, 0, body.length - 1);
      last.await();
      send(line, framing, body, body.length - 1, body.length);
      line.send(framing.startsWith("Transfer") ? "0\r\n\r\n" : "");
      if (framing.startsWith("Connection")) {
        line.socket().close();
      }
    });
  }

  private static ScriptedOrigin origin(ScriptedOrigin.Script script) {
    try {
      return ScriptedOrigin.of(script);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void send(ScriptedOrigin.Line line, String framing, byte[] body, int from, int to)
      throws IOException {
    String text = new String(body, from, to - from, ISO_8859_1);
    line.send(
        framing.startsWith("Transfer")
            ? Integer.toHexString(to - from) + "\r\n" + text + "\r\n"
            : text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Length: 700000", "Transfer-Encoding: chunked", "Connection: close"})
  void aCleanDownloadTricklesAndArrivesByteForByte(String framing) throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    try (TestGateway gateway = start("deliver: auto");
        ScriptedOrigin origin = holdingBack(wanted, framing, last);
        RawClient client = gateway.client()) {
      client.send(get(origin));
      String head = client.readHead();
      assertThat(head).startsWith("HTTP/1.1 200 ");
      byte[] early =
          framing.startsWith("Content") ? client.input().readNBytes(20_000) : new byte[0];
      assertThat(last.getCount()).as("the origin has not ended").isEqualTo(1);
      last.countDown();
      String rest =
          framing.startsWith("Content")
              ? client.read(LENGTH - early.length)
              : client.readChunks(head).body();
      assertThat(new String(early, ISO_8859_1) + rest).isEqualTo(new String(wanted, ISO_8859_1));
      Record record = gateway.record();
      assertThat(record.fate).isEqualTo(Record.Fate.CLEAN);
      assertThat(record.bytesDown).isEqualTo(LENGTH);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Length: 700000", "Transfer-Encoding: chunked", "Connection: close"})
  void anUnwantedDownloadIsNeverCompleteAndItsEndIsAnError(String framing) throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    try (TestGateway gateway = start("deliver: trickle");
        ScriptedOrigin origin = holdingBack(unwanted, framing, last);
        RawClient client = gateway.client()) {
      client.send(get(origin));
      String head = client.readHead();
      assertThat(head).startsWith("HTTP/1.1 200 ");
      client.input().readNBytes(6_000);
      last.countDown();
      byte[] rest = client.input().readAllBytes();
      assertThat(rest.length).isLessThan(MOST_BEFORE_VERDICT);
      assertThat(new String(rest, ISO_8859_1)).doesNotEndWith("0\r\n\r\n");
      Record record = gateway.record();
      assertThat(record.fate).isEqualTo(Record.Fate.INFECTED);
      assertThat(record.verdictName).isEqualTo("unwanted.bin");
      assertThat(record.bytesDown).isLessThan(MOST_BEFORE_VERDICT);
    }
  }

  @Test
  void toAnHttp10ClientTheBrokenEndIsAReset() throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    try (TestGateway gateway = start("deliver: trickle");
        ScriptedOrigin origin = holdingBack(unwanted, "Transfer-Encoding: chunked", last);
        RawClient client = gateway.client()) {
      client.send(get(origin).replace("HTTP/1.1", "HTTP/1.0"));
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
      client.input().readNBytes(100);
      last.countDown();
      assertThatThrownBy(() -> client.input().readAllBytes())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void insideTlsItIsNoFarewellEither(@TempDir Path certificates) throws Exception {
    String name = "origin.example";
    TestCertificate certificate = TestCertificate.make(certificates, name);
    CountDownLatch last = new CountDownLatch(1);
    try (TestGateway gateway =
            TestGateway.start(
                "inspect: { never: [] }\norigin: { trust: [ "
                    + certificate.certificate()
                    + " ] }\nscan: { engines: [ { signatures: { sha256: [ "
                    + folder.resolve("unwanted.sha256")
                    + " ] } } ], deliver: trickle, delivery: { small: 1KiB, after: 20ms } }\n");
        ScriptedOrigin origin =
            ScriptedOrigin.secure(
                certificate.showing(),
                line -> {
                  line.readHead();
                  line.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                  send(line, "Transfer", unwanted, 0, LENGTH - 1);
                  last.await();
                  send(line, "Transfer", unwanted, LENGTH - 1, LENGTH);
                  line.send("0\r\n\r\n");
                });
        RawClient client =
            new InsideClient(gateway.port(), gateway.trusting())
                .naming(name)
                .open(name + ":" + origin.port())) {
      client.send("GET /file HTTP/1.0\r\nHost: " + name + "\r\n\r\n");
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
      client.input().readNBytes(100);
      last.countDown();
      assertThatThrownBy(() -> client.input().readAllBytes()).isInstanceOf(IOException.class);
    }
  }

  private static String asABrowser(String request, String language) {
    return request.replace(
        "\r\n\r\n",
        "\r\nAccept: text/html,*/*;q=0.8\r\nSec-Fetch-Dest: document\r\nAccept-Language: "
            + language
            + "\r\n\r\n");
  }

  private static final String SAVED =
      "Content-Length: 700000\r\nContent-Type: application/octet-stream\r\nContent-Disposition:"
          + " attachment; filename=\"<b>tool.bin\"";

  @Test
  void aBrowsersDownloadGetsAPageThatTurnsIntoTheFile() throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    try (TestGateway gateway = start("deliver: auto");
        ScriptedOrigin origin = holdingBack(wanted, SAVED, last);
        RawClient client = gateway.client()) {
      client.send(asABrowser(get(origin).replace("/file", "/file?v=1"), "en"));
      String head = client.readHead();
      assertThat(head).contains("Content-Type: text/html").contains("no-store");
      last.countDown();
      String page = client.readChunks(head).body();
      assertThat(page)
          .contains("&lt;b&gt;tool.bin")
          .contains("<progress max=\"700000\"")
          .contains("nothing was found")
          .endsWith("</html>\n");
      Matcher link =
          Pattern.compile("href=\"(\\?v=1&amp;sekisho-download=[0-9a-f]{32})\"").matcher(page);
      assertThat(link.find()).as(page).isTrue();
      String pickUp =
          asABrowser(
              get(origin).replace("/file", "/file" + link.group(1).replace("&amp;", "&")), "en");
      RawClient.Response file = client.send(pickUp).readResponse();
      assertThat(file.status()).isEqualTo(200);
      assertThat(file.field("Content-Disposition")).contains("attachment");
      assertThat(file.body()).isEqualTo(new String(wanted, ISO_8859_1));
      client.send(pickUp.replace("\r\n\r\n", "\r\nRange: bytes=699990-\r\n\r\n"));
      assertThat(client.readResponse().body())
          .isEqualTo(new String(wanted, LENGTH - 10, 10, ISO_8859_1));
      assertThat(gateway.journal().awaitClosed(3))
          .allSatisfy(record -> assertThat(record.fate).isEqualTo(Record.Fate.CLEAN));
      assertThat(origin.lines()).hasSize(1);
    }
  }

  @Test
  void theLinkGivesTheFileToNothingButAGet() throws Exception {
    try (TestGateway gateway = start("deliver: auto");
        ScriptedOrigin origin =
            origin(line -> {
              String head = line.readHead();
              if (head.contains("sekisho-download=")) {
                line.send(
                    "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                return;
              }
              line.send("HTTP/1.1 200 OK\r\n" + SAVED + "\r\nConnection: close\r\n\r\n");
              line.send(new String(wanted, 0, 9, ISO_8859_1));
              // Long enough for a page.
              Thread.sleep(100);
              line.send(new String(wanted, 9, LENGTH - 9, ISO_8859_1));
            });
        RawClient client = gateway.client()) {
      client.send(asABrowser(get(origin), "en"));
      String page = client.readChunks(client.readHead()).body();
      Matcher link = Pattern.compile("href=\"(\\?sekisho-download=[0-9a-f]{32})\"").matcher(page);
      assertThat(link.find()).as(page).isTrue();
      String pickUp = get(origin).replace("/file", "/file" + link.group(1));
      client.send(pickUp.replace("GET ", "HEAD "));
      assertThat(client.readResponse("HEAD").status()).isEqualTo(405);
      try (RawClient other = gateway.client()) {
        other.send(
            pickUp.replace("GET ", "POST ").replace("\r\n\r\n", "\r\nContent-Length: 1\r\n\r\nx"));
        assertThat(other.readResponse().status()).isEqualTo(405);
      }
    }
  }

  @Test
  void aFileThatCannotBeKeptIsFetchedOnceMoreByTheLink() throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    try (TestGateway gateway =
            TestGateway.start(
                "scan: { engines: [ { signatures: { eicar: true } } ], delivery: { small: 1KiB,"
                    + " after: 20ms, every: 20ms }, limit: 1MiB, spool: { memory-per-body: 16KiB, disk: 2MiB } }\n");
        ScriptedOrigin origin = holdingBack(wanted, SAVED, last);
        RawClient client = gateway.client()) {
      client.send(asABrowser(get(origin), "en"));
      String head = client.readHead();
      last.countDown();
      assertThat(client.readChunks(head).body())
          .contains("nothing was found")
          .contains("could not be kept here")
          .contains("href=\"http://" + origin.authority() + "/file\"")
          .doesNotContain("http-equiv=\"refresh\"");
      RawClient.Response file = client.send(asABrowser(get(origin), "en")).readResponse();
      assertThat(file.field("Content-Disposition")).contains("attachment");
      assertThat(file.body()).isEqualTo(new String(wanted, ISO_8859_1));
      assertThat(gateway.journal().awaitClosed(2))
          .allSatisfy(record -> {
            assertThat(record.fate).isEqualTo(Record.Fate.CLEAN);
            assertThat(record.errorKind).isNull();
          });
    }
  }

  private static final String SAVED_WITHOUT_AN_END =
      "Transfer-Encoding: chunked\r\nContent-Disposition: attachment";

  /** Sends a little, all the rest but a byte when it is told to, and that when it is told again. */
  private static ScriptedOrigin stopping(CountDownLatch middle, CountDownLatch last) {
    return origin(line -> {
      line.readHead();
      line.send("HTTP/1.1 200 OK\r\n" + SAVED_WITHOUT_AN_END + "\r\n\r\n");
      send(line, "Transfer", wanted, 0, 9);
      middle.await();
      send(line, "Transfer", wanted, 9, LENGTH - 1);
      last.await();
      send(line, "Transfer", wanted, LENGTH - 1, LENGTH);
      line.send("0\r\n\r\n");
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"too-big | limit: 300KiB", "endless | patience: 1s"})
  void aPageGivesALinkToWhatMayGoThoughItWasNotHeldToItsEnd(String row) throws Exception {
    String[] reason = row.split(" \\| ", 2);
    CountDownLatch middle = new CountDownLatch(1);
    CountDownLatch last = new CountDownLatch(1);
    try (TestGateway gateway = start("deliver: auto, " + reason[1]);
        ScriptedOrigin origin = stopping(middle, last);
        RawClient client = gateway.client();
        RawClient later = gateway.client()) {
      client.send(asABrowser(get(origin), "en"));
      String head = client.readHead();
      assertThat(head).contains("Content-Type: text/html");
      middle.countDown();
      String page = client.readChunks(head).body();
      assertThat(page)
          .contains("This file was not checked to its end")
          .contains("href=\"http://" + origin.authority() + "/file\"")
          .doesNotContain("http-equiv=\"refresh\"")
          .endsWith("</html>\n");
      later.send(asABrowser(get(origin), "en").replace("HTTP/1.1", "HTTP/1.0"));
      assertThat(later.readHead()).contains("attachment").doesNotContain("text/html");
      // More than trickles: it is judged, and the rest comes from the origin.
      byte[] most = later.input().readNBytes(LENGTH - 32_000);
      last.countDown();
      byte[] rest = later.input().readAllBytes();
      assertThat(DeliveryBodies.join(most, rest)).isEqualTo(wanted);
      assertThat(gateway.journal().awaitClosed(2))
          .allSatisfy(record -> {
            assertThat(record.decision).isEqualTo(Record.Decided.ALLOW);
            assertThat(record.fate).isEqualTo(Record.Fate.UNSCANNED);
            assertThat(record.verdictReason).startsWith(reason[0] + ": ");
            assertThat(record.errorKind).isNull();
          });
      assertThat(origin.lines()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"too-big | limit: 300KiB", "endless | patience: 1s"})
  void aPageSaysWhyThereIsNoFileWhereItMayNotGo(String row) throws Exception {
    String[] reason = row.split(" \\| ", 2);
    CountDownLatch middle = new CountDownLatch(1);
    try (TestGateway gateway =
            start("unscanned: { " + reason[0] + ": block }, deliver: auto, " + reason[1]);
        ScriptedOrigin origin = stopping(middle, new CountDownLatch(1));
        RawClient client = gateway.client()) {
      client.send(asABrowser(get(origin), "en"));
      String head = client.readHead();
      middle.countDown();
      assertThat(client.readChunks(head).body())
          .contains("scan.unscanned." + reason[0] + " says block")
          .doesNotContain("href=");
      assertThat(gateway.record().errorKind).isEqualTo("not-scanned");
    }
  }

  @Test
  void aPartBehindTheEndIsToldWhenTheWholeWasScanned() throws Exception {
    try (TestGateway gateway = start("deliver: trickle");
        ScriptedOrigin origin =
            origin(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\nContent-Length: " + LENGTH + "\r\n\r\n");
              line.send(new String(wanted, 0, 600_000, ISO_8859_1));
              // Long enough for a trickle.
              Thread.sleep(100);
              line.send(new String(wanted, 600_000, 100_000, ISO_8859_1));
            });
        RawClient client = gateway.client()) {
      client.send(get(origin).replace("\r\n\r\n", "\r\nRange: bytes=700000-\r\n\r\n"));
      RawClient.Response answer = client.readResponse();
      assertThat(answer.status()).isEqualTo(416);
      assertThat(answer.field("Content-Range")).isEqualTo("bytes */" + LENGTH);
      assertThat(gateway.record().fate).isEqualTo(Record.Fate.CLEAN);
    }
  }

  @Test
  void thePageSaysInTheBrowsersLanguageWhyThereIsNoFile() throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    try (TestGateway gateway = start("deliver: auto");
        ScriptedOrigin origin = holdingBack(unwanted, SAVED, last);
        RawClient client = gateway.client()) {
      client.send(asABrowser(get(origin), "ja"));
      String head = client.readHead();
      last.countDown();
      byte[] page = client.readChunks(head).body().getBytes(ISO_8859_1);
      assertThat(new String(page, UTF_8))
          .contains("このファイルはお渡しできません")
          .contains("unwanted.bin")
          .doesNotContain("sekisho-download=");
      Record record = gateway.record();
      assertThat(record.fate).isEqualTo(Record.Fate.INFECTED);
      assertThat(record.decision).isEqualTo(Record.Decided.DENY);
    }
  }

  @Test
  void whatIsKeptForOneClientIsForNobodyElse() throws Exception {
    try (TestGateway gateway = start("deliver: auto");
        ScriptedOrigin origin =
            ScriptedOrigin.answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        RawClient client = gateway.client()) {
      client.send(
          get(origin).replace("/file", "/file?sekisho-download=" + "0123456789abcdef".repeat(2)));
      assertThat(client.readResponse().status()).isEqualTo(404);
    }
  }

  @Test
  void nothingIsSeenOfADownloadThatIsHeld() throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    last.countDown();
    try (TestGateway gateway = start("deliver: hold");
        ScriptedOrigin origin = holdingBack(unwanted, "Content-Length: 700000", last);
        RawClient client = gateway.client()) {
      RawClient.Response refused = client.send(get(origin)).readResponse();
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.body()).contains("unwanted.bin");
    }
  }

  @Test
  void aLargeUploadIsHeldInAFileAndLeavesOnlyWhenItIsClean() throws Exception {
    try (TestGateway gateway = start("deliver: auto");
        ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              while (!line.readHead().isEmpty()) {
                line.readBodyByLength();
                line.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
              }
            });
        RawClient client = gateway.client()) {
      String post =
          get(origin)
              .replace("GET ", "POST ")
              .replace("\r\n\r\n", "\r\nContent-Length: " + LENGTH + "\r\n\r\n");
      client.send(post).send(wanted);
      assertThat(client.readResponse().status()).isEqualTo(200);
      assertThat(origin.received()).endsWith(new String(wanted, ISO_8859_1));
      client.send(post).send(unwanted);
      assertThat(client.readResponse().status()).isEqualTo(403);
      assertThat(origin.lines()).hasSize(1);
      assertThat(origin.received()).endsWith(new String(wanted, ISO_8859_1));
    }
  }

  @Test
  void theFirstRuleThatMatchesSaysWhatIsDone() throws Exception {
    String rules =
        "rules: [ { name: octets pass, content-type: application/octet-stream, larger-than: 1MiB,"
            + " scan: none }, { name: no videos unscanned, content-type: video/*, scan: none,"
            + " unscanned: { excluded-by-rule: block } } ]";
    try (TestGateway gateway = start(rules);
        ScriptedOrigin origin =
            ScriptedOrigin.answering(
                "HTTP/1.1 200 OK\r\nContent-Type: video/mp4; codecs=x\r\nContent-Length: 1\r\n\r\nx");
        RawClient client = gateway.client()) {
      assertThat(client.send(get(origin)).readResponse().status()).isEqualTo(503);
      Record record = gateway.record();
      assertThat(record.fate).isEqualTo(Record.Fate.UNSCANNED);
      assertThat(record.verdictReason)
          .startsWith("excluded-by-rule: The line 'no videos unscanned' of scan.rules says so");
    }
  }

  private static TestGateway obliging(String deliver, String scan) throws IOException {
    return TestGateway.start(
        "policy: { rules: [ { name: one, to: { address: 127.0.0.0/8 }, action: allow, deliver: "
            + deliver
            + " } ] }\nscan: { engines: [ { signatures: { sha256: [ "
            + folder.resolve("unwanted.sha256")
            + " ] } } ], delivery: { small: 1KiB, after: 20ms, every: 20ms }, "
            + scan
            + " }\n");
  }

  @Test
  void theWordOfThePolicyRuleGoesBeforeThatForAll() throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    try (TestGateway gateway = obliging("trickle", "deliver: hold");
        ScriptedOrigin origin = holdingBack(wanted, "Content-Length: 700000", last);
        RawClient client = gateway.client()) {
      client.send(get(origin));
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
      assertThat(last.getCount()).as("the origin has not ended").isEqualTo(1);
      last.countDown();
      assertThat(client.read(LENGTH)).isEqualTo(new String(wanted, ISO_8859_1));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hold | deliver: trickle",
        "trickle | rules: [ { name: octets, content-type: application/octet-stream, deliver: hold } ]",
      })
  void whatIsToBeHeldByPolicyOrByALineOfTheRulesIsHeld(String words) throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    String fields = "Content-Length: 700000\r\nContent-Type: application/octet-stream";
    String[] word = words.split(" \\| ", 2);
    try (TestGateway gateway = obliging(word[0], word[1]);
        ScriptedOrigin origin = holdingBack(unwanted, fields, last);
        RawClient client = gateway.client()) {
      client.send(get(origin));
      // Long enough for a trickle, if there were one.
      Thread.sleep(200);
      last.countDown();
      assertThat(client.readResponse().status()).as("nothing went before").isEqualTo(403);
    }
  }

  @Test
  void aPartWhoseWholeWasNotScannedIsPartial() throws Exception {
    try (TestGateway gateway = start("ranges: part");
        ScriptedOrigin origin =
            ScriptedOrigin.answering(
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-0/2\r\nContent-Length: 1\r\n\r\nx");
        RawClient client = gateway.client()) {
      client.send(get(origin).replace("\r\n\r\n", "\r\nRange: bytes=0-0\r\n\r\n"));
      assertThat(client.readResponse().status()).isEqualTo(503);
      assertThat(gateway.record().verdictReason).startsWith("partial");
      assertThat(origin.received()).contains("Range: bytes=0-0");
    }
  }

  private static String get(ScriptedOrigin origin) {
    return "GET http://"
        + origin.authority()
        + "/file HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\n\r\n";
  }
}
