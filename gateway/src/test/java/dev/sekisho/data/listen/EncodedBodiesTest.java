package dev.sekisho.data.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Content-Encoding says, and what becomes of the body, from an origin to a client. */
class EncodedBodiesTest {
  private static final String EICAR =
      "X5O!P%@AP[4\\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*";

  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    gateway =
        TestGateway.start(
            "inspect: { never: [] }\nscan: { engines: [ { signatures: {} } ], default: all }\n");
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  private static String gzip(String body) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(body.getBytes(ISO_8859_1));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toString(ISO_8859_1);
  }

  /** One raw block of zstd. */
  private static String zstd(String body) {
    String head =
        "28b52ffd20"
            + HexFormat.of().toHexDigits((byte) body.length())
            + HexFormat.of().toHexDigits((byte) (body.length() << 3 | 1))
            + HexFormat.of().toHexDigits((byte) (body.length() >> 5))
            + "00";
    return new String(HexFormat.of().parseHex(head), ISO_8859_1) + body;
  }

  /**
   * An answer and its fate.
   *
   * @param coding the value of Content-Encoding
   * @param rest what the answer has behind that field, its body included
   */
  private record Case(String method, int status, String coding, String rest, Record.Fate fate) {
    @Override
    public String toString() {
      return method + " " + status + " " + coding + " " + rest.lines().findFirst().orElse("");
    }
  }

  private static String counted(String body) {
    return "Content-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static String chunked(String body) {
    String chunk =
        body.isEmpty() ? "" : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n";
    return "Transfer-Encoding: chunked\r\n\r\n" + chunk + "0\r\n\r\n";
  }

  static Stream<Case> answers() {
    String five = gzip("five");
    for (int i = 0; i < 4; i++) {
      five = gzip(five);
    }
    return Stream.of(
        new Case("HEAD", 200, "gzip", "Content-Length: 500\r\n\r\n", Record.Fate.NONE),
        new Case("HEAD", 200, "unheard-of", "Transfer-Encoding: chunked\r\n\r\n", Record.Fate.NONE),
        new Case("GET", 204, "gzip", "\r\n", Record.Fate.NONE),
        new Case("GET", 304, "gzip", "Content-Length: 500\r\n\r\n", Record.Fate.NONE),
        new Case("GET", 304, "br", "\r\n", Record.Fate.NONE),
        new Case("GET", 200, "gzip", counted(""), Record.Fate.NONE),
        new Case("GET", 200, "gzip", chunked(""), Record.Fate.CLEAN),
        new Case("GET", 200, "br", chunked(""), Record.Fate.CLEAN),
        new Case("GET", 200, "unheard-of", chunked(""), Record.Fate.CLEAN),
        new Case("GET", 404, "gzip", counted(gzip("not here")), Record.Fate.CLEAN),
        new Case("GET", 200, "identity", counted("plain"), Record.Fate.CLEAN),
        new Case("GET", 200, "", counted("plain"), Record.Fate.CLEAN),
        new Case("GET", 200, "X-GZip", chunked(gzip("text")), Record.Fate.CLEAN),
        new Case("GET", 200, "zstd", chunked(zstd("text")), Record.Fate.CLEAN),
        new Case("GET", 200, "zstd, gzip", chunked(gzip(zstd("text"))), Record.Fate.CLEAN),
        new Case("GET", 200, "gzip", counted("not gzip"), Record.Fate.UNSCANNED),
        new Case("GET", 200, "zstd", counted(gzip("text")), Record.Fate.UNSCANNED),
        new Case("GET", 200, "unheard-of", counted("text"), Record.Fate.UNSCANNED),
        new Case(
            "GET", 200, "aws-chunked", counted("4\r\ntext\r\n0\r\n\r\n"), Record.Fate.UNSCANNED),
        new Case("GET", 200, "gzip,gzip,gzip,gzip,gzip", counted(five), Record.Fate.UNSCANNED),
        new Case("GET", 200, "gzip", counted(EICAR), Record.Fate.INFECTED),
        new Case("GET", 200, "unheard-of", counted(EICAR), Record.Fate.INFECTED),
        new Case("GET", 500, "gzip", counted(gzip(EICAR)), Record.Fate.INFECTED),
        new Case("GET", 200, "zstd", chunked(zstd(EICAR)), Record.Fate.INFECTED),
        new Case("GET", 200, "gzip, zstd", counted(zstd(gzip(EICAR))), Record.Fate.INFECTED));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void everyAnswerHasItsFate(Case answer) throws Exception {
    String bytes =
        "HTTP/1.1 "
            + answer.status()
            + " X\r\nContent-Encoding: "
            + answer.coding()
            + "\r\n"
            + answer.rest();
    try (ScriptedOrigin origin = ScriptedOrigin.answering(bytes);
        RawClient client = gateway.client()) {
      client.send(
          answer.method()
              + " http://"
              + origin.authority()
              + "/ HTTP/1.1\r\nHost: "
              + origin.authority()
              + "\r\n\r\n");
      RawClient.Response response = client.readResponse(answer.method());
      Record record = gateway.record();
      assertThat(record.fate).isEqualTo(answer.fate());
      int status =
          switch (answer.fate()) {
            case NONE, CLEAN -> answer.status();
            case INFECTED -> 403;
            case UNSCANNED -> 503;
          };
      assertThat(response.status()).isEqualTo(status);
      if (status == answer.status()) {
        assertThat(response.field("Content-Encoding")).isEqualTo(answer.coding());
      }
      if (answer.fate() == Record.Fate.UNSCANNED) {
        assertThat(record.verdictReason).startsWith("undecodable");
      }
    }
  }

  private RawClient.Response upload(ScriptedOrigin origin, String fields, String body)
      throws IOException {
    try (RawClient client = gateway.client()) {
      return client
          .send(
              "PUT http://"
                  + origin.authority()
                  + "/bucket/key HTTP/1.1\r\nHost: "
                  + origin.authority()
                  + "\r\n"
                  + fields
                  + counted(body))
          .readResponse();
    }
  }

  @Test
  void anUploadInTheChunksOfAnObjectStoreIsScannedWithoutThemAndSentWithThem() throws Exception {
    String signed = ";chunk-signature=" + "0123456789abcdef".repeat(4) + "\r\n";
    String clean = "4" + signed + "text\r\n0" + signed + "\r\n";
    String infected =
        "20"
            + signed
            + EICAR.substring(0, 32)
            + "\r\n24"
            + signed
            + EICAR.substring(32)
            + "\r\n0"
            + signed
            + "\r\n";
    String ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    for (String fields :
        new String[] {
          "Content-Encoding: aws-chunked\r\n",
          "X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\n"
        }) {
      try (ScriptedOrigin origin = ScriptedOrigin.answering(ok)) {
        assertThat(upload(origin, fields, clean).status()).isEqualTo(200);
        assertThat(origin.received()).endsWith(clean);
        assertThat(upload(origin, fields, infected).status()).isEqualTo(403);
        assertThat(origin.received()).doesNotContain("EICAR");
      }
    }
    assertThat(gateway.journal().awaitClosed(4).stream().map(record -> record.fate))
        .containsExactlyInAnyOrder(
            Record.Fate.CLEAN, Record.Fate.INFECTED, Record.Fate.CLEAN, Record.Fate.INFECTED);
  }
}
