package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.Message;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Inspected equals direct: what the origin received and what the client received inside TLS that is
 * opened are the same as over TLS without a gateway, but for what belongs to one hop. The same
 * holds for what the client receives of bodies that are scanned and clean.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FidelityInsideTest {
  private static final String NAME = "origin.example";

  @TempDir private static Path folder;

  private TestCertificate certificate;
  private TestGateway opening;
  private TestGateway scanning;

  /** What both ends received. */
  private record Seen(Message origin, Message client) {}

  @BeforeAll
  void start() throws Exception {
    certificate = TestCertificate.make(folder, NAME);
    String opened =
        "inspect: { never: [] }\norigin: { trust: [ " + certificate.certificate() + " ] }\n";
    opening = TestGateway.start(opened);
    scanning =
        TestGateway.start(
            opened + "scan: { engines: [ { signatures: { eicar: true } } ], limit: 8MiB }\n");
  }

  @AfterAll
  void stop() throws Exception {
    opening.close();
    scanning.close();
  }

  private RawClient direct(ScriptedOrigin origin) throws Exception {
    return new RawClient(
        certificate
            .trusting()
            .getSocketFactory()
            .createSocket(InetAddress.getLoopbackAddress(), origin.port()));
  }

  private static RawClient inside(TestGateway gateway, ScriptedOrigin origin) throws Exception {
    return new InsideClient(gateway.port(), gateway.trusting())
        .naming(NAME)
        .open(NAME + ":" + origin.port());
  }

  // One exchange at a time.

  static Stream<FidelityCase> exchanges() {
    return Stream.of(
            FidelityCases.methods(),
            FidelityCases.statuses(),
            FidelityCases.bodies(),
            FidelityCases.fields(),
            FidelityCases.targets())
        .flatMap(List::stream)
        .filter(exchange -> exchange.target().startsWith("/"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("exchanges")
  void inspectedEqualsDirect(FidelityCase exchange) throws Exception {
    try (ScriptedOrigin origin = origin(exchange.response())) {
      Seen direct = seen(exchange, origin, direct(origin));
      Seen inspected = seen(exchange, origin, inside(opening, origin));
      assertThat(inspected.origin().endToEnd()).isEqualTo(direct.origin().endToEnd());
      assertThat(inspected.client().endToEnd("proxy-status"))
          .isEqualTo(direct.client().endToEnd("proxy-status"));
      assertThat(inspected.client().values("Via")).hasSize(1);
    }
  }

  private static Seen seen(FidelityCase exchange, ScriptedOrigin origin, RawClient client)
      throws Exception {
    try (client) {
      client.send(exchange.head(NAME + ":" + origin.port(), "") + exchange.body());
      RawClient.Response response = client.readResponse(exchange.method());
      String received = origin.lines().getLast().received();
      return new Seen(Message.parse(received), Message.of(response));
    }
  }

  /** One answer for each connection, so that what came over each stands by itself. */
  private ScriptedOrigin origin(String response) throws Exception {
    return ScriptedOrigin.secure(
        certificate.showing(),
        line -> {
          line.readHead();
          line.readBody();
          line.send(response);
        });
  }

  // Files, over connections that are kept.

  /** A file as an origin serves it: field lines and framed body. */
  private record Served(String fields, byte[] framed, byte[] body) {
    byte[] wire() {
      return join(
          ("HTTP/1.1 200 OK\r\n" + fields + "\r\n").getBytes(StandardCharsets.US_ASCII), framed);
    }
  }

  private static final Map<String, Served> FILES = files();

  private static Map<String, Served> files() {
    byte[] large = new byte[5 << 20];
    new Random(20260101).nextBytes(large);
    byte[] text =
        "a line of text that compresses well\n".repeat(4000).getBytes(StandardCharsets.US_ASCII);
    byte[] zipped = gzip(text);
    String common =
        "ETag: \"33a64df5\"\r\nLast-Modified: Tue, 06 Jan 2026 00:00:00 GMT\r\n"
            + "Content-Disposition: attachment; filename=\"f\"\r\nX-Empty: \r\nVary: Accept-Encoding\r\n"
            + "Set-Cookie: a=1\r\nSet-Cookie: b=2; Path=/\r\n";
    return Map.of(
        "/empty", whole(common, new byte[0]),
        "/one", whole(common, new byte[] {0}),
        "/text", whole(common + "Content-Type: text/plain; charset=utf-8\r\n", text),
        "/large", whole(common + "Content-Type: application/octet-stream\r\n", large),
        "/gzip", whole(common + "Content-Encoding: gzip\r\n", zipped),
        "/chunked", inChunks(common, text, 4093),
        "/chunked-large", inChunks(common, large, 70_001),
        "/chunked-gzip", inChunks(common + "Content-Encoding: gzip\r\n", zipped, 13),
        "/chunked-empty", inChunks(common, new byte[0], 1));
  }

  private static Served whole(String fields, byte[] body) {
    return new Served(fields + "Content-Length: " + body.length + "\r\n", body, body);
  }

  private static Served inChunks(String fields, byte[] body, int size) {
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    for (int at = 0; at < body.length; at += size) {
      byte[] part = Arrays.copyOfRange(body, at, Math.min(body.length, at + size));
      framed.writeBytes(
          (Integer.toHexString(part.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      framed.writeBytes(part);
      framed.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    framed.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return new Served(fields + "Transfer-Encoding: chunked\r\n", framed.toByteArray(), body);
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private ScriptedOrigin serving() throws Exception {
    return ScriptedOrigin.secure(
        certificate.showing(),
        line -> {
          for (String head = line.readHead(); !head.isEmpty(); head = line.readHead()) {
            Served file = FILES.get(head.split(" ")[1]);
            if (file == null) {
              throw new IOException("no such file: " + head);
            }
            line.send(file.wire());
          }
        });
  }

  /** How requests follow each other on one connection. */
  private enum Pace {
    ONE_BY_ONE,
    ALL_AT_ONCE
  }

  @ParameterizedTest
  @EnumSource
  void filesComeAsTheyAre(Pace pace) throws Exception {
    filesComeAsTheyAre(opening, pace);
  }

  @ParameterizedTest
  @EnumSource
  void filesThatAreScannedAndCleanComeAsTheyAre(Pace pace) throws Exception {
    filesComeAsTheyAre(scanning, pace);
    for (String path : FILES.keySet()) {
      Record record = scanning.journal().await(one -> path.equals(one.path));
      // there is nothing to scan where a length of 0 says that nothing will come
      assertThat(record.fate)
          .as(path)
          .isEqualTo(path.equals("/empty") ? Record.Fate.NONE : Record.Fate.CLEAN);
    }
  }

  private void filesComeAsTheyAre(TestGateway gateway, Pace pace) throws Exception {
    List<String> paths = new ArrayList<>(FILES.keySet().stream().sorted().toList());
    paths.addAll(List.copyOf(paths).reversed());
    try (ScriptedOrigin origin = serving();
        RawClient client = inside(gateway, origin)) {
      if (pace == Pace.ALL_AT_ONCE) {
        StringBuilder all = new StringBuilder();
        paths.forEach(path -> all.append(request(path)));
        client.send(all.toString());
      }
      for (String path : paths) {
        if (pace == Pace.ONE_BY_ONE) {
          client.send(request(path));
        }
        isTheFile(path, client.readResponse());
      }
      assertThat(origin.lines()).hasSize(1);
    }
  }

  private static String request(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: " + NAME + "\r\nAccept-Encoding: gzip\r\n\r\n";
  }

  private static void isTheFile(String path, RawClient.Response response) {
    Served file = Objects.requireNonNull(FILES.get(path));
    byte[] body = response.body().getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Arrays.equals(body, file.body())).as("the bytes of " + path).isTrue();
    Message sent = Message.parse(new String(file.wire(), StandardCharsets.ISO_8859_1));
    Message got = Message.of(response);
    assertThat(got.start()).isEqualTo(sent.start());
    assertThat(got.endToEnd().fields())
        .as("the fields of " + path)
        .isEqualTo(sent.endToEnd().fields());
  }
}
