package dev.sekisho.data.listen;

import static dev.sekisho.data.listen.SlowBodies.LENGTH;
import static dev.sekisho.data.listen.SlowBodies.UNWANTED;
import static dev.sekisho.data.listen.SlowBodies.WANTED;
import static dev.sekisho.data.listen.SlowBodies.get;
import static dev.sekisho.data.listen.SlowBodies.holdingBack;
import static dev.sekisho.data.listen.SlowBodies.origin;
import static dev.sekisho.data.listen.SlowBodies.send;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page that a browser gets while its download is held, and what it turns into. */
class DownloadPageTest {
  @TempDir private static Path folder;

  @BeforeAll
  static void listTheUnwanted() throws Exception {
    SlowBodies.list(folder);
  }

  private static TestGateway start(String scan) throws IOException {
    return SlowBodies.start(folder, scan);
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
        ScriptedOrigin origin = holdingBack(WANTED, SAVED, last);
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
      assertThat(file.body()).isEqualTo(new String(WANTED, ISO_8859_1));
      client.send(pickUp.replace("\r\n\r\n", "\r\nRange: bytes=699990-\r\n\r\n"));
      assertThat(client.readResponse().body())
          .isEqualTo(new String(WANTED, LENGTH - 10, 10, ISO_8859_1));
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
              line.send(new String(WANTED, 0, 9, ISO_8859_1));
              // Long enough for a page.
              Thread.sleep(100);
              line.send(new String(WANTED, 9, LENGTH - 9, ISO_8859_1));
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
        ScriptedOrigin origin = holdingBack(WANTED, SAVED, last);
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
      assertThat(file.body()).isEqualTo(new String(WANTED, ISO_8859_1));
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
      send(line, "Transfer", WANTED, 0, 9);
      middle.await();
      send(line, "Transfer", WANTED, 9, LENGTH - 1);
      last.await();
      send(line, "Transfer", WANTED, LENGTH - 1, LENGTH);
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
      assertThat(DeliveryBodies.join(most, rest)).isEqualTo(WANTED);
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
  void thePageSaysInTheBrowsersLanguageWhyThereIsNoFile() throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    try (TestGateway gateway = start("deliver: auto");
        ScriptedOrigin origin = holdingBack(UNWANTED, SAVED, last);
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
}
