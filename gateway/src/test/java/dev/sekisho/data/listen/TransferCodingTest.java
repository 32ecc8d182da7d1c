package dev.sekisho.data.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.KernelQueues;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Origins that compress under the chunks, though nobody offered to take it. */
class TransferCodingTest {
  private static final String EICAR =
      "X5O!P%@AP[4\\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*";
  private static final String SCANNED =
      "inspect: { never: [] }\nscan: { engines: [ { signatures: {} } ], default: all }\n";

  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = TestGateway.start();
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  private static byte[] gzip(byte[] body) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  private static byte[] zlib(byte[] body) {
    var out = new ByteArrayOutputStream();
    try (var deflate = new DeflaterOutputStream(out)) {
      deflate.write(body);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  private static String answer(String coding, byte[] coded, int step) {
    StringBuilder text = new StringBuilder("HTTP/1.1 200 OK\r\nTransfer-Encoding: ");
    text.append(coding).append(", chunked\r\nTrailer: X-Sum\r\n\r\n");
    for (int at = 0; at < coded.length; at += step) {
      int length = Math.min(step, coded.length - at);
      text.append(Integer.toHexString(length)).append("\r\n");
      text.append(new String(coded, at, length, ISO_8859_1)).append("\r\n");
    }
    return text.append("0\r\nX-Sum: 1\r\n\r\n").toString();
  }

  private static byte[] page(int length) {
    StringBuilder text = new StringBuilder();
    Random random = new Random(9);
    while (text.length() < length) {
      text.append(random.nextInt(1000)).append(" checkpoint\n");
    }
    return text.substring(0, length).getBytes(ISO_8859_1);
  }

  private static String request(String method, ScriptedOrigin origin) {
    return method
        + " http://"
        + origin.authority()
        + "/ HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\n\r\n";
  }

  @Test
  void theClientGetsTheContentWithoutTheCoding() throws Exception {
    byte[] page = page(300_000);
    for (String answer :
        new String[] {
          answer("gzip", gzip(page), 1000),
          answer("x-gzip", gzip(page), 100_000),
          answer("Deflate", zlib(page), 7),
        }) {
      try (ScriptedOrigin origin = ScriptedOrigin.answering(answer);
          RawClient client = gateway.client()) {
        for (int round = 0; round < 2; round++) {
          RawClient.Response response = client.send(request("GET", origin)).readResponse();
          assertThat(response.status()).isEqualTo(200);
          assertThat(response.field("Transfer-Encoding")).isEqualTo("chunked");
          assertThat(response.body()).isEqualTo(new String(page, ISO_8859_1));
          assertThat(response.trailers()).isEqualTo("X-Sum: 1\r\n");
        }
        assertThat(origin.lines()).as("one connection served both").hasSize(1);
        assertThat(origin.received()).doesNotContain("TE:");
      }
    }
    assertThat(gateway.journal().awaitClosed(6))
        .allSatisfy(record -> assertThat(record.bytesDown).isEqualTo(page.length));
  }

  @Test
  void anAnswerToHeadHasNothingToUndo() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
        RawClient client = gateway.client()) {
      client.send(request("HEAD", origin));
      assertThat(client.readResponse("HEAD").status()).isEqualTo(200);
      client.send(request("HEAD", origin));
      assertThat(client.readResponse("HEAD").status()).isEqualTo(200);
    }
  }

  @Test
  void aBodyOfNoBytesIsEmpty() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(answer("gzip", new byte[0], 1));
        RawClient client = gateway.client()) {
      assertThat(client.send(request("GET", origin)).readResponse().body()).isEmpty();
    }
  }

  @Test
  void anOldClientGetsItToo() throws Exception {
    byte[] page = page(100_000);
    try (ScriptedOrigin origin = ScriptedOrigin.answering(answer("gzip", gzip(page), 5000));
        RawClient client = gateway.client()) {
      client.send("GET http://" + origin.authority() + "/ HTTP/1.0\r\n\r\n");
      assertThat(client.readResponse().body()).isEqualTo(new String(page, ISO_8859_1));
    }
  }

  @Test
  void garbageIsTheOriginsFault() throws Exception {
    byte[] coded = gzip(page(100));
    byte[] wrong = coded.clone();
    wrong[wrong.length - 6] ^= 1;
    byte[] cut = Arrays.copyOf(coded, coded.length - 1);
    byte[] more = Arrays.copyOf(coded, coded.length + 1);
    for (byte[] body : new byte[][] {page(100), wrong, cut, more}) {
      try (ScriptedOrigin origin = ScriptedOrigin.answering(answer("gzip", body, 1000));
          RawClient client = gateway.client()) {
        assertThat(client.send(request("GET", origin)).readResponse().status()).isEqualTo(502);
      }
    }
    byte[] large = gzip(page(2_000_000));
    large[large.length - 6] ^= 1;
    try (ScriptedOrigin origin = ScriptedOrigin.answering(answer("gzip", large, 1000));
        RawClient client = gateway.client()) {
      client.send(request("GET", origin));
      assertThatThrownBy(client::readResponse).as("begun already").isInstanceOf(Exception.class);
    }
    assertThat(gateway.journal().awaitClosed(5))
        .allSatisfy(record -> {
          assertThat(record.errorSide).isEqualTo("origin");
          assertThat(record.errorDetail).contains("transfer coding");
        });
  }

  @Test
  void theScannerSeesTheContent() throws Exception {
    try (TestGateway scanning = TestGateway.start(SCANNED);
        ScriptedOrigin origin =
            ScriptedOrigin.answering(answer("gzip", gzip(EICAR.getBytes(ISO_8859_1)), 10));
        RawClient client = scanning.client()) {
      assertThat(client.send(request("GET", origin)).readResponse().status()).isEqualTo(403);
      assertThat(scanning.record().fate).isEqualTo(Record.Fate.INFECTED);
    }
  }

  @Test
  void aHeldBodyOfManyTurnsArrivesWhole() throws Exception {
    byte[] page = page(3_000_000);
    try (TestGateway scanning = TestGateway.start(SCANNED);
        ScriptedOrigin origin = ScriptedOrigin.answering(answer("gzip", gzip(page), 60_000));
        RawClient client = scanning.client()) {
      assertThat(client.send(request("GET", origin)).readResponse().body())
          .isEqualTo(new String(page, ISO_8859_1));
      assertThat(scanning.record().fate).isEqualTo(Record.Fate.CLEAN);
    }
  }

  @Test
  void aBombUnderTheChunksIsTooBigToScan() throws Exception {
    byte[] zeros = new byte[12 << 20];
    try (TestGateway scanning = TestGateway.start(SCANNED);
        ScriptedOrigin origin = ScriptedOrigin.answering(answer("gzip", gzip(zeros), 60_000));
        RawClient client = scanning.client()) {
      assertThat(client.send(request("GET", origin)).readResponse().body()).hasSize(zeros.length);
      assertThat(scanning.record().verdictReason).startsWith("too-big");
    }
  }

  /** One read of TLS brings many records, each of which is handed over by itself. */
  @Test
  void manyTurnsOverTlsArriveWholeAndTheConnectionGoesOn(@TempDir Path folder) throws Exception {
    TestCertificate certificate = TestCertificate.make(folder, "origin.example");
    byte[] page = page(3_000_000);
    String answer = answer("gzip", gzip(page), 20_000);
    try (TestGateway inspecting =
            TestGateway.start(
                SCANNED + "origin: { trust: [" + certificate.certificate() + "] }\n");
        ScriptedOrigin origin =
            ScriptedOrigin.secure(
                certificate.showing(),
                line -> {
                  while (!line.readHead().isEmpty()) {
                    line.send(answer);
                  }
                });
        RawClient inside =
            new InsideClient(inspecting.port(), inspecting.trusting())
                .naming("origin.example")
                .open("origin.example:" + origin.port())) {
      for (int round = 0; round < 3; round++) {
        inside.send("GET / HTTP/1.1\r\nHost: origin.example\r\n\r\n");
        assertThat(inside.readResponse().body()).isEqualTo(new String(page, ISO_8859_1));
      }
      assertThat(origin.lines()).hasSize(1);
    }
  }

  /** More than the kernel's queues take; what is more stays compressed. */
  @Test
  void whatAClientDoesNotTakeIsNotInflated() throws Exception {
    int total = 160 << 20;
    String answer = answer("gzip", gzip(new byte[total]), 60_000);
    try (ScriptedOrigin origin = ScriptedOrigin.answeringOnce(answer);
        RawClient client = gateway.client()) {
      long before = used();
      client.send(request("GET", origin)).readHead();
      awaitStillness(Set.of(gateway.port()));
      // What is counted are the allocator's chunks, of which a buffer takes a part.
      assertThat(used() - before).isLessThan(16 << 20);
      assertThat(countContent(client.input())).isEqualTo(total);
    }
    assertThat(gateway.record().bytesDown).isEqualTo(total);
  }

  private static long used() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  private static void awaitStillness(Set<Integer> ports) throws Exception {
    long before = -1;
    int still = 0;
    while (still < 10) {
      Thread.sleep(50);
      long now = KernelQueues.bytes(ports);
      still = now == before && now > 0 ? still + 1 : 0;
      before = now;
    }
  }

  /** Bytes of zero that come in chunks, until the last. */
  private static long countContent(InputStream in) throws IOException {
    long count = 0;
    while (true) {
      int size = Integer.parseInt(line(in), 16);
      if (size == 0) {
        return count;
      }
      in.skipNBytes(size + 2);
      count += size;
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      line.append((char) b);
    }
    return line.toString().strip();
  }
}
