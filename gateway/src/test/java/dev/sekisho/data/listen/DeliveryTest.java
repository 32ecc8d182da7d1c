package dev.sekisho.data.listen;

import static dev.sekisho.data.listen.SlowBodies.LENGTH;
import static dev.sekisho.data.listen.SlowBodies.UNWANTED;
import static dev.sekisho.data.listen.SlowBodies.WANTED;
import static dev.sekisho.data.listen.SlowBodies.get;
import static dev.sekisho.data.listen.SlowBodies.holdingBack;
import static dev.sekisho.data.listen.SlowBodies.origin;
import static dev.sekisho.data.listen.SlowBodies.send;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
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
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How bodies that are held reach their clients, and that unwanted ones never do as a whole. */
class DeliveryTest {
  private static final int MOST_BEFORE_VERDICT = LENGTH - (64 << 10);

  @TempDir private static Path folder;

  @BeforeAll
  static void listTheUnwanted() throws Exception {
    SlowBodies.list(folder);
  }

  private static TestGateway start(String scan) throws IOException {
    return SlowBodies.start(folder, scan);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Length: 700000", "Transfer-Encoding: chunked", "Connection: close"})
  void aCleanDownloadTricklesAndArrivesByteForByte(String framing) throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    try (TestGateway gateway = start("deliver: auto");
        ScriptedOrigin origin = holdingBack(WANTED, framing, last);
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
      assertThat(new String(early, ISO_8859_1) + rest).isEqualTo(new String(WANTED, ISO_8859_1));
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
        ScriptedOrigin origin = holdingBack(UNWANTED, framing, last);
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
        ScriptedOrigin origin = holdingBack(UNWANTED, "Transfer-Encoding: chunked", last);
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
                  send(line, "Transfer", UNWANTED, 0, LENGTH - 1);
                  last.await();
                  send(line, "Transfer", UNWANTED, LENGTH - 1, LENGTH);
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

  @Test
  void aPartBehindTheEndIsToldWhenTheWholeWasScanned() throws Exception {
    try (TestGateway gateway = start("deliver: trickle");
        ScriptedOrigin origin =
            origin(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\nContent-Length: " + LENGTH + "\r\n\r\n");
              line.send(new String(WANTED, 0, 600_000, ISO_8859_1));
              // Long enough for a trickle.
              Thread.sleep(100);
              line.send(new String(WANTED, 600_000, 100_000, ISO_8859_1));
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
  void nothingIsSeenOfADownloadThatIsHeld() throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    last.countDown();
    try (TestGateway gateway = start("deliver: hold");
        ScriptedOrigin origin = holdingBack(UNWANTED, "Content-Length: 700000", last);
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
      client.send(post).send(WANTED);
      assertThat(client.readResponse().status()).isEqualTo(200);
      assertThat(origin.received()).endsWith(new String(WANTED, ISO_8859_1));
      client.send(post).send(UNWANTED);
      assertThat(client.readResponse().status()).isEqualTo(403);
      assertThat(origin.lines()).hasSize(1);
      assertThat(origin.received()).endsWith(new String(WANTED, ISO_8859_1));
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
        ScriptedOrigin origin = holdingBack(WANTED, "Content-Length: 700000", last);
        RawClient client = gateway.client()) {
      client.send(get(origin));
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
      assertThat(last.getCount()).as("the origin has not ended").isEqualTo(1);
      last.countDown();
      assertThat(client.read(LENGTH)).isEqualTo(new String(WANTED, ISO_8859_1));
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
        ScriptedOrigin origin = holdingBack(UNWANTED, fields, last);
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
}
