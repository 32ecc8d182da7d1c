package dev.sekisho.data.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.scan.Quarantine;
import dev.sekisho.scan.QuarantineConfig;
import dev.sekisho.scan.QuarantineItem;
import dev.sekisho.testing.ClamavDaemon;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that are held and scanned by a real clamd before anybody gets them. */
class ScannedBodiesTest {
  /** In pieces, so that no scanner takes this file for one. */
  private static final byte[] EICAR =
      ("X5O!P%@AP[4\\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*")
          .getBytes(ISO_8859_1);

  @TempDir private static Path folder;

  private static ClamavDaemon clamd;
  private static TestCertificate certificate;
  private static SSLContext showing;

  private TestGateway gateway;

  @BeforeAll
  static void startClamd() throws Exception {
    clamd = ClamavDaemon.start(folder, "Eicar-Test", EICAR, "");
    certificate = TestCertificate.make(folder, "origin.example");
    showing = certificate.showing();
  }

  @AfterAll
  static void stopClamd() {
    clamd.close();
  }

  @BeforeEach
  void start() throws IOException {
    gateway = start("limit: 1MiB, patience: 20s");
  }

  private static TestGateway start(String scan) throws IOException {
    return TestGateway.start(
        "inspect: { never: [] }\norigin: { trust: ["
            + certificate.certificate()
            + "] }\nscan: { engines: [ { clamd: \""
            + clamd.address()
            + "\" } ], "
            + scan
            + " }\n");
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  private static String response(String fields, byte[] body) {
    return "HTTP/1.1 200 OK\r\n"
        + fields
        + "Content-Length: "
        + body.length
        + "\r\n\r\n"
        + new String(body, ISO_8859_1);
  }

  private static String chunked(byte[] body) {
    int step = body.length > 1000 ? 10_000 : 7;
    StringBuilder text = new StringBuilder("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int at = 0; at < body.length; at += step) {
      int length = Math.min(step, body.length - at);
      text.append(Integer.toHexString(length))
          .append("\r\n")
          .append(new String(body, at, length, ISO_8859_1))
          .append("\r\n");
    }
    return text.append("0\r\n\r\n").toString();
  }

  private RawClient.Response get(ScriptedOrigin origin) throws IOException {
    try (RawClient client = gateway.client()) {
      return client
          .send(
              "GET http://"
                  + origin.authority()
                  + "/file HTTP/1.1\r\nHost: "
                  + origin.authority()
                  + "\r\nAccept-Encoding: gzip, dcz, zstd, br;q=0.5\r\n\r\n")
          .readResponse();
    }
  }

  private void isRefused(String answer) throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(answer)) {
      RawClient.Response refused = get(origin);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.body()).contains("Eicar-Test").doesNotContain("X5O!P%");
      Record record = gateway.record();
      assertThat(record.fate).isEqualTo(Record.Fate.INFECTED);
      assertThat(record.verdictEngine).isEqualTo("clamd");
      assertThat(record.verdictName).contains("Eicar-Test");
      assertThat(record.decision).isEqualTo(Record.Decided.DENY);
      assertThat(record.status).isEqualTo(403);
    }
  }

  @Test
  void anInfectedFileDoesNotArrive() throws Exception {
    isRefused(response("Content-Type: application/octet-stream\r\n", EICAR));
  }

  @Test
  void norDoesOneInChunks() throws Exception {
    isRefused(chunked(EICAR));
  }

  @Test
  void norOneThatEndsWithItsConnection() throws Exception {
    try (ScriptedOrigin origin =
        ScriptedOrigin.answeringOnce("HTTP/1.1 200 OK\r\n\r\n" + new String(EICAR, ISO_8859_1))) {
      assertThat(get(origin).status()).isEqualTo(403);
    }
  }

  @Test
  void norOneThatIsCompressed() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(EICAR);
    }
    isRefused(response("Content-Encoding: gzip\r\n", bytes.toByteArray()));
  }

  @Test
  void norOneInsideAnArchive() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("inner.com"));
      zip.write(EICAR);
    }
    isRefused(response("", bytes.toByteArray()));
  }

  @Test
  void norOneInsideTls() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.secure(
                showing,
                line -> {
                  while (!line.readHead().isEmpty()) {
                    line.send(response("", EICAR));
                  }
                });
        RawClient inside =
            new InsideClient(gateway.port(), gateway.trusting())
                .naming("origin.example")
                .open("origin.example:" + origin.port())) {
      inside.send("GET /file HTTP/1.1\r\nHost: origin.example\r\n\r\n");
      assertThat(inside.readResponse().status()).isEqualTo(403);
      inside.send("GET /again HTTP/1.1\r\nHost: origin.example\r\n\r\n");
      assertThat(inside.readResponse().status()).isEqualTo(403);
    }
  }

  @Test
  void anInfectedUploadDoesNotLeave() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(response("", new byte[0]));
        RawClient client = gateway.client()) {
      client.send(
          "POST http://"
              + origin.authority()
              + "/upload HTTP/1.1\r\nHost: "
              + origin.authority()
              + "\r\nContent-Length: "
              + EICAR.length
              + "\r\n\r\n"
              + new String(EICAR, ISO_8859_1));
      assertThat(client.readResponse().status()).isEqualTo(403);
      assertThat(origin.received()).isEmpty();
      assertThat(gateway.record().fate).isEqualTo(Record.Fate.INFECTED);
    }
  }

  @Test
  void whatIsRefusedIsKeptUnderItsRecordWhereThatIsWanted() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(response("", EICAR));
        TestGateway keeping = start("quarantine: {}");
        RawClient client = keeping.client()) {
      String head = " http://" + origin.authority() + "/private/path HTTP/1.1\r\nHost: a\r\n";
      assertThat(client.send("GET" + head + "\r\n").readResponse().status()).isEqualTo(403);
      String post = "POST" + head + "Content-Length: " + EICAR.length + "\r\n\r\n";
      try (RawClient uploading = keeping.client()) {
        assertThat(uploading.send(post + new String(EICAR, ISO_8859_1)).readResponse().status())
            .isEqualTo(403);
      }
      var quarantine = new Quarantine(QuarantineConfig.USUAL, keeping.state());
      assertThat(quarantine.list())
          .map(Quarantine.Kept::record)
          .containsExactlyElementsOf(
              keeping.journal().awaitClosed(2).stream().map(one -> one.id.toString()).toList());
      assertThat(quarantine.list())
          .allSatisfy(one -> {
            QuarantineItem item = quarantine.show(one.record());
            assertThat(item.host()).isEqualTo("127.0.0.1");
            assertThat(item.name()).startsWith("Eicar-Test");
          });
      Path to = keeping.state().resolve("released");
      quarantine.release(quarantine.list().getLast().record(), to);
      assertThat(to).hasBinaryContent(EICAR);
    }
  }

  @Test
  void aCleanUploadLeavesWholeAlsoWhenTheClientWaitsToBeTold() throws Exception {
    String body = "clean ".repeat(30_000);
    try (ScriptedOrigin origin = ScriptedOrigin.answering(response("", "ok".getBytes(ISO_8859_1)));
        RawClient client = gateway.client()) {
      client.send(
          "POST http://"
              + origin.authority()
              + "/upload HTTP/1.1\r\nHost: "
              + origin.authority()
              + "\r\nExpect: 100-continue\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n");
      assertThat(client.readHead()).startsWith("HTTP/1.1 100");
      assertThat(client.send(body).readResponse().body()).isEqualTo("ok");
      assertThat(origin.received()).endsWith(body);
      Record record = gateway.record();
      assertThat(record.fate).isEqualTo(Record.Fate.CLEAN);
      assertThat(record.bytesUp).isEqualTo(body.length());
    }
  }

  @Test
  void cleanBodiesArriveAsTheyWere() throws Exception {
    byte[] body = new byte[300_000];
    new Random(1).nextBytes(body);
    for (String answer : new String[] {response("", body), chunked(body)}) {
      try (ScriptedOrigin origin = ScriptedOrigin.answering(answer)) {
        assertThat(get(origin).body()).isEqualTo(new String(body, ISO_8859_1));
      }
    }
    assertThat(gateway.journal().awaitClosed(2))
        .allSatisfy(record -> {
          assertThat(record.fate).isEqualTo(Record.Fate.CLEAN);
          assertThat(record.verdictEngine).isEqualTo("clamd");
          assertThat(record.verdictReason)
              .isEqualTo("clamd does not tell of encrypted archives and what exceeds its limits");
        });
  }

  @Test
  void anAnswerIsAskedForInCodingsThatCanBeRead() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(response("", new byte[] {'x'}))) {
      get(origin);
      assertThat(origin.received()).contains("\r\nAccept-Encoding: gzip, zstd, br;q=0.5\r\n");
    }
  }

  @Test
  void whatIsLongerThanTheLimitIsDeliveredAndSaidToBeUnscanned() throws Exception {
    byte[] body = new byte[3 << 20];
    new Random(2).nextBytes(body);
    for (String answer : new String[] {response("", body), chunked(body)}) {
      try (ScriptedOrigin origin = ScriptedOrigin.answering(answer)) {
        assertThat(get(origin).body()).isEqualTo(new String(body, ISO_8859_1));
      }
    }
    assertThat(gateway.journal().awaitClosed(2))
        .allSatisfy(record -> {
          assertThat(record.fate).isEqualTo(Record.Fate.UNSCANNED);
          assertThat(record.verdictReason).startsWith("too-big");
        });
  }

  @Test
  void anUploadLongerThanTheLimitIsDeliveredAndSaidToBeUnscanned() throws Exception {
    String body = "0123456789abcdef".repeat(1 << 17);
    try (ScriptedOrigin origin = ScriptedOrigin.answering(response("", new byte[] {'x'}));
        RawClient client = gateway.client()) {
      client.send(
          "PUT http://"
              + origin.authority()
              + "/ HTTP/1.1\r\nHost: "
              + origin.authority()
              + "\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      assertThat(client.readResponse().body()).isEqualTo("x");
      assertThat(origin.received()).endsWith(body);
      assertThat(gateway.record().verdictReason).startsWith("too-big");
    }
  }

  @Test
  void eventsArriveAtOnce() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
              line.readToEnd();
            });
        RawClient client = gateway.client()) {
      client.send(
          "GET http://"
              + origin.authority()
              + "/ HTTP/1.1\r\nHost: "
              + origin.authority()
              + "\r\n\r\n");
      client.readHead();
      assertThat(client.readChunk()).isEqualTo("data: 1\n\n");
    }
    assertThat(gateway.record().verdictReason).startsWith("endless");
  }

  @Test
  void whatDoesNotEndInTimeIsDeliveredAsFarAsItCame() throws Exception {
    try (TestGateway hasty = start("patience: 500ms");
        ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n");
              line.readToEnd();
            });
        RawClient client = hasty.client()) {
      client.send(
          "GET http://"
              + origin.authority()
              + "/ HTTP/1.1\r\nHost: "
              + origin.authority()
              + "\r\n\r\n");
      client.readHead();
      assertThat(client.readChunk()).isEqualTo("part");
      client.close();
      assertThat(hasty.record().verdictReason).startsWith("endless");
    }
  }

  @Test
  void aSlowClientGetsWhatFoundNoRoomOnceAndWhole() throws Exception {
    byte[] body = new byte[(1 << 20) - 1000];
    new Random(3).nextBytes(body);
    try (TestGateway full =
            start(
                "limit: 1MiB, deliver: hold, unscanned: { spool-full: deliver }, spool: {"
                    + " memory-per-body: 4KiB, memory: 64KiB, disk: 1MiB }");
        ScriptedOrigin stalling =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\nContent-Length: 800000\r\n\r\n" + "x".repeat(700_000));
              line.readToEnd();
            });
        RawClient waiting = full.client();
        ScriptedOrigin origin = ScriptedOrigin.answering(chunked(body));
        Socket narrow = new Socket()) {
      waiting.send(
          "GET http://"
              + stalling.authority()
              + "/ HTTP/1.1\r\nHost: "
              + stalling.authority()
              + "\r\n\r\n");
      Thread.sleep(200);
      narrow.setReceiveBufferSize(4096);
      narrow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), full.port()));
      RawClient client = new RawClient(narrow);
      String request =
          "GET http://"
              + origin.authority()
              + "/ HTTP/1.1\r\nHost: "
              + origin.authority()
              + "\r\n\r\n";
      for (int i = 0; i < 2; i++) {
        client.send(request);
        Thread.sleep(200);
        assertThat(client.readResponse().body()).isEqualTo(new String(body, ISO_8859_1));
      }
      waiting.close();
      assertThat(full.journal().awaitClosed(3))
          .filteredOn(record -> record.errorKind == null)
          .hasSize(2)
          .allSatisfy(record -> assertThat(record.verdictReason).startsWith("spool-full"));
    }
  }

  @Test
  void anAnswerThatBreaksOffWhileItIsHeldIsARefusal() throws Exception {
    try (ScriptedOrigin origin =
        ScriptedOrigin.answeringOnce("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")) {
      assertThat(get(origin).status()).isEqualTo(502);
    }
  }

  @Test
  void aClientThatLeavesWhileItsAnswerIsHeldLeavesNothingBehind() throws Exception {
    try (ScriptedOrigin origin =
        ScriptedOrigin.of(line -> {
          line.readHead();
          line.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nbegin");
          line.readToEnd();
        })) {
      try (RawClient client = gateway.client()) {
        client.send(
            "GET http://"
                + origin.authority()
                + "/ HTTP/1.1\r\nHost: "
                + origin.authority()
                + "\r\n\r\n");
        while (origin.lines().isEmpty()) {
          Thread.sleep(10);
        }
        Thread.sleep(50);
      }
      assertThat(gateway.record().errorKind).isEqualTo("client-left");
    }
  }

  @Test
  void withoutAnEngineNothingPasses() throws Exception {
    try (TestGateway closed =
            TestGateway.start(
                "inspect: { never: [] }\nscan: { engines: [ { clamd: \"unix:"
                    + folder.resolve("nobody.ctl")
                    + "\" } ] }\n");
        ScriptedOrigin origin = ScriptedOrigin.answering(response("", new byte[] {'x'}));
        RawClient client = closed.client()) {
      client.send(
          "GET http://"
              + origin.authority()
              + "/ HTTP/1.1\r\nHost: "
              + origin.authority()
              + "\r\n\r\n");
      assertThat(client.readResponse().status()).isEqualTo(503);
      Record record = closed.record();
      assertThat(record.fate).isEqualTo(Record.Fate.UNSCANNED);
      assertThat(record.verdictReason).startsWith("engine-down");
      assertThat(record.errorKind).isEqualTo("not-scanned");
    }
  }

  @Test
  void aRuleMayLetItsBodiesPassUnscanned() throws Exception {
    try (TestGateway open =
            TestGateway.start(
                "inspect: { never: [] }\nscan: { engines: [ { clamd: \""
                    + clamd.address()
                    + "\" } ] }\npolicy: { rules: [ { name: all, to: { address: 127.0.0.0/8 }, action: allow, scan: none } ] }\n");
        ScriptedOrigin origin = ScriptedOrigin.answering(response("", EICAR));
        RawClient client = open.client()) {
      client.send(
          "GET http://"
              + origin.authority()
              + "/ HTTP/1.1\r\nHost: "
              + origin.authority()
              + "\r\n\r\n");
      assertThat(client.readResponse().status()).isEqualTo(200);
      assertThat(open.record().fate).isEqualTo(Record.Fate.NONE);
    }
  }
}
