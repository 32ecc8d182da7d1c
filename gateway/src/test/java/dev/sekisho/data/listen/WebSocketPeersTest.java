package dev.sekisho.data.listen;

import static dev.sekisho.data.listen.WebSocketOrigin.EICAR;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.websocket.Frames;
import dev.sekisho.journal.Record;
import dev.sekisho.testing.ClamavDaemon;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.Program;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedClamd;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * WebSockets of others, with and without compression, inside a CONNECT and inside TLS, scanned by a
 * real clamd.
 */
class WebSocketPeersTest {
  @TempDir private static Path folder;

  private static ClamavDaemon clamd;
  private static TestCertificate certificate;

  private TestGateway gateway;

  @BeforeAll
  static void startClamd() throws Exception {
    clamd = ClamavDaemon.start(folder, "Eicar-Test", EICAR, "");
    certificate = TestCertificate.make(folder, "origin.example");
  }

  @AfterAll
  static void stopClamd() {
    clamd.close();
  }

  @BeforeEach
  void start() throws IOException {
    gateway = start(clamd.address(), "messages: { from: 60 }");
  }

  private static TestGateway start(String engine, String scan) throws IOException {
    return TestGateway.start(
        "inspect: { never: [] }\norigin: { trust: ["
            + certificate.certificate()
            + "] }\nscan: { engines: [ { clamd: \""
            + engine
            + "\" } ], "
            + scan
            + " }\n");
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  /** The library websockets as an origin. */
  private static final class Library implements Closeable {
    private final Process process;
    private final int port;

    Library(String form) throws IOException {
      process = new ProcessBuilder("/usr/bin/python3", script(), "serve", form).start();
      BufferedReader said = process.inputReader();
      String line = said.readLine();
      if (line == null) {
        throw new AssertionError(new String(process.getErrorStream().readAllBytes(), ISO_8859_1));
      }
      port = Integer.parseInt(line);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private static String script() {
    try {
      return Path.of(WebSocketPeersTest.class.getResource("websocket_peer.py").toURI()).toString();
    } catch (java.net.URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private String talk(String form, String what) throws Exception {
    try (Library origin = new Library(form)) {
      Program.Result talked =
          Program.run(
              "/usr/bin/python3",
              script(),
              "talk",
              form,
              "" + gateway.port(),
              "" + origin.port,
              what);
      assertThat(talked.errors()).isEmpty();
      return talked.output();
    }
  }

  /** The exchange of the WebSocket, and not that of the CONNECT around it. */
  private Record record() throws InterruptedException {
    return gateway.journal().await(record -> "GET".equals(record.method));
  }

  @ParameterizedTest
  @ValueSource(strings = {"kept", "reset", "small", "none"})
  void whatALibrarySaysArrivesAsItWasSaid(String form) throws Exception {
    assertThat(talk(form, "echo"))
        .isEqualTo("agreed " + (form.equals("none") ? 0 : 1) + "\nechoed 330\n");
    Record record = record();
    assertThat(record.fate).isEqualTo(Record.Fate.UNSCANNED);
    assertThat(record.verdictReason).startsWith("excluded-by-rule: ").contains("shorter");
    assertThat(record.errorKind).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kept", "reset", "small", "none"})
  void whatIsInfectedDoesNotReachALibrary(String form) throws Exception {
    assertThat(talk(form, "take")).contains("closed 1008").contains("Eicar-Test");
    isInfected(record());
  }

  @ParameterizedTest
  @ValueSource(strings = {"kept", "none"})
  void norIsItSentToOne(String form) throws Exception {
    assertThat(talk(form, "send"))
        .contains("heard hello\n")
        .contains("closed 1008")
        .doesNotContain("X5O!P");
    isInfected(record());
  }

  @Test
  void aMessageAboveTheLimitArrivesAndIsRecordedSo() throws Exception {
    assertThat(talk("kept", "give")).contains("given True");
    Record record = record();
    assertThat(record.fate).isEqualTo(Record.Fate.UNSCANNED);
    assertThat(record.verdictReason).startsWith("too-big: ");
  }

  private static void isInfected(Record record) {
    assertThat(record.fate).isEqualTo(Record.Fate.INFECTED);
    assertThat(record.verdictEngine).isEqualTo("clamd");
    assertThat(record.verdictName).contains("Eicar-Test");
  }

  /** What Java's client is told. */
  private static final class Heard implements WebSocket.Listener {
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final CountDownLatch wanted;
    private final java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();

    Heard(int messages) {
      wanted = new CountDownLatch(messages);
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket line, ByteBuffer data, boolean last) {
      byte[] piece = new byte[data.remaining()];
      data.get(piece);
      bytes.writeBytes(piece);
      if (last) {
        wanted.countDown();
      }
      line.request(1);
      return CompletableFuture.completedFuture(bytes);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket line, int code, String reason) {
      closed.complete(code + " " + reason);
      return closed;
    }

    @Override
    public void onError(WebSocket line, Throwable error) {
      closed.completeExceptionally(error);
    }
  }

  @Test
  void javasClientTalksToALibrary() throws Exception {
    Random random = new Random(9);
    byte[][] said = new byte[200][];
    for (int i = 0; i < said.length; i++) {
      said[i] = Frames.random(random, random.nextInt(i == 100 ? 3_000_000 : 20_000));
    }
    Heard heard = new Heard(said.length);
    try (Library origin = new Library("kept");
        HttpClient client =
            HttpClient.newBuilder()
                .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", gateway.port())))
                .build()) {
      WebSocket line =
          client
              .newWebSocketBuilder()
              .buildAsync(URI.create("ws://127.0.0.1:" + origin.port + "/"), heard)
              .get(10, TimeUnit.SECONDS);
      for (byte[] message : said) {
        line.sendBinary(ByteBuffer.wrap(message), true).get(10, TimeUnit.SECONDS);
      }
      assertThat(heard.wanted.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(Arrays.equals(heard.bytes.toByteArray(), Frames.join(said))).isTrue();
      line.sendText(new String(EICAR, ISO_8859_1), true).get(10, TimeUnit.SECONDS);
      assertThat(heard.closed.get(10, TimeUnit.SECONDS)).startsWith("1008 ").contains("Eicar-Test");
    }
    isInfected(record());
  }

  @Test
  void insideTlsItIsTheSame() throws Exception {
    byte[] clean = Frames.plain(WebSocketOrigin.BINARY, new byte[200_000]);
    try (ScriptedOrigin origin =
            ScriptedOrigin.secure(
                certificate.showing(),
                line -> {
                  line.readHead();
                  line.send(WebSocketOrigin.switched(""));
                  assertThat(WebSocketOrigin.next(line).text()).hasSize(100);
                  line.send(clean);
                  line.send(Frames.plain(WebSocketOrigin.TEXT, EICAR));
                  line.readToEnd();
                });
        RawClient client =
            new InsideClient(gateway.port(), gateway.trusting())
                .naming("origin.example")
                .open("origin.example:" + origin.port())) {
      client.send("GET " + WebSocketOrigin.asking("origin.example:" + origin.port()));
      assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
      client.send(Frames.masked(WebSocketOrigin.TEXT, new byte[100], 77));
      assertThat(Arrays.equals(WebSocketOrigin.next(client).bytes(), clean)).isTrue();
      assertThat(WebSocketOrigin.next(client).code()).isEqualTo(1008);
      assertThat(client.ended()).isTrue();
    }
    isInfected(record());
  }

  @Test
  void pingsPassWhileAMessageIsJudgedAndACloseDoesNot() throws Exception {
    gateway.close();
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answers = new CountDownLatch(1);
    try (ScriptedClamd slow =
        ScriptedClamd.at(
            folder.resolve("slow.ctl"),
            connection -> {
              connection.readBody();
              asked.countDown();
              answers.await();
              connection.say("stream: OK\0");
            })) {
      gateway = start(slow.address(), "messages: { from: 60 }");
      byte[] held = Frames.masked(WebSocketOrigin.TEXT, new byte[100], 5);
      byte[] ping = Frames.masked(WebSocketOrigin.PING, new byte[] {1}, 6);
      byte[] close = Frames.masked(WebSocketOrigin.CLOSE, WebSocketOrigin.DONE, 7);
      CompletableFuture<String> first = new CompletableFuture<>();
      CompletableFuture<String> rest = new CompletableFuture<>();
      try (ScriptedOrigin origin =
              WebSocketOrigin.of(line -> {
                first.complete(line.read(ping.length));
                rest.complete(line.read(held.length + close.length));
              });
          RawClient client = gateway.client().send(WebSocketOrigin.asking(origin))) {
        client.readHead();
        client.send(Frames.join(held, ping, close));
        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(new String(ping, ISO_8859_1));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        answers.countDown();
        assertThat(rest.get(10, TimeUnit.SECONDS))
            .isEqualTo(new String(Frames.join(held, close), ISO_8859_1));
      }
      assertThat(gateway.record().fate).isEqualTo(Record.Fate.CLEAN);
    }
  }

  @Test
  void aClientThatLeavesWhileItsMessageIsJudgedEndsItOnce() throws Exception {
    gateway.close();
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answers = new CountDownLatch(1);
    try (ScriptedClamd slow =
        ScriptedClamd.at(
            folder.resolve("slower.ctl"),
            connection -> {
              connection.readBody();
              asked.countDown();
              answers.await();
            })) {
      gateway = start(slow.address(), "messages: { from: 60 }");
      CompletableFuture<String> received = new CompletableFuture<>();
      try (ScriptedOrigin origin =
          WebSocketOrigin.of(line -> received.complete(line.readToEnd()))) {
        try (RawClient client = gateway.client().send(WebSocketOrigin.asking(origin))) {
          client.readHead();
          client.send(Frames.masked(WebSocketOrigin.TEXT, new byte[100], 5));
          assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(received.get(10, TimeUnit.SECONDS)).isEmpty();
      }
      assertThat(gateway.record().errorKind).isEqualTo("client-left");
      answers.countDown();
    }
  }
}
