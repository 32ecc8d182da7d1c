package dev.sekisho.data.listen;

import static dev.sekisho.data.listen.WebSocketOrigin.BINARY;
import static dev.sekisho.data.listen.WebSocketOrigin.CLOSE;
import static dev.sekisho.data.listen.WebSocketOrigin.DONE;
import static dev.sekisho.data.listen.WebSocketOrigin.EICAR;
import static dev.sekisho.data.listen.WebSocketOrigin.PING;
import static dev.sekisho.data.listen.WebSocketOrigin.TEXT;
import static dev.sekisho.data.listen.WebSocketOrigin.bothAreClosed;
import static dev.sekisho.data.listen.WebSocketOrigin.next;
import static dev.sekisho.data.websocket.Frames.masked;
import static dev.sekisho.data.websocket.Frames.plain;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.websocket.Frames;
import dev.sekisho.journal.Record;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages of a WebSocket are held and scanned, and their frames go on as they came. */
class WebSocketTest {
  private static final String DEFLATE = "permessage-deflate";
  private static final int COMPRESSED = 0x40 | BINARY;

  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = WebSocketOrigin.scanning("messages: { from: 1 }");
  }

  private void again(String scan) throws Exception {
    gateway.close();
    gateway = WebSocketOrigin.scanning(scan);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  private RawClient open(ScriptedOrigin origin) throws IOException {
    RawClient client = gateway.client().send(WebSocketOrigin.asking(origin));
    assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
    return client;
  }

  private static byte[] text(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private void isInfected(Record record) {
    assertThat(record.fate).isEqualTo(Record.Fate.INFECTED);
    assertThat(record.verdictEngine).isEqualTo("signatures");
    assertThat(record.verdictName).contains("EICAR");
    assertThat(record.decision).isEqualTo(Record.Decided.DENY);
    assertThat(record.status).isEqualTo(101);
  }

  @Test
  void cleanMessagesPassByteForByteBothWays() throws Exception {
    Random random = new Random(1);
    byte[] up =
        Frames.join(
            masked(PING, text("now?"), 0x01020304),
            masked(TEXT, text("hello"), 0x12345678),
            masked(0x02, Frames.random(random, 70_000), 0),
            masked(0x00, new byte[0], 7),
            masked(0x80, Frames.random(random, 300_001), -1),
            masked(BINARY, new byte[0], 9),
            masked(CLOSE, DONE, 5));
    byte[] down =
        Frames.join(
            plain(BINARY, Frames.random(random, 1_000_000)),
            plain(0x01, text("a")),
            plain(0x80, text("b")),
            plain(CLOSE, DONE));
    CompletableFuture<String> received = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.of(line -> {
              received.complete(line.read(up.length));
              line.send(down);
              line.readToEnd();
            });
        RawClient client = open(origin)) {
      client.send(up);
      assertThat(client.read(down.length).equals(new String(down, ISO_8859_1))).isTrue();
      assertThat(received.get(10, TimeUnit.SECONDS).equals(new String(up, ISO_8859_1))).isTrue();
      assertThat(client.ended()).isTrue();
    }
    Record record = gateway.record();
    assertThat(record.fate).isEqualTo(Record.Fate.CLEAN);
    assertThat(record.verdictEngine).isEqualTo("signatures");
    assertThat(record.verdictReason).isNull();
    assertThat(record.errorKind).isNull();
    assertThat(record.status).isEqualTo(101);
    assertThat(record.bytesUp).isEqualTo(up.length);
    assertThat(record.bytesDown).isEqualTo(down.length);
  }

  @Test
  void shortMessagesPassAtOnceAndAreCounted() throws Exception {
    again("messages: { from: 1KiB }");
    try (ScriptedOrigin origin =
            WebSocketOrigin.of(line -> {
              line.send(plain(TEXT, new byte[1023]));
              line.send(plain(TEXT, EICAR));
              line.send(plain(TEXT, new byte[0]));
              line.readToEnd();
            });
        RawClient client = open(origin)) {
      assertThat(next(client).payload()).isEqualTo(new byte[1023]);
      assertThat(next(client).payload()).isEqualTo(EICAR);
      assertThat(next(client).payload()).isEmpty();
    }
    Record record = gateway.record();
    assertThat(record.fate).isEqualTo(Record.Fate.UNSCANNED);
    assertThat(record.verdictReason)
        .startsWith("excluded-by-rule: 2 messages shorter than scan.messages.from (1024 bytes)");
    assertThat(record.errorKind).isNull();
  }

  @Test
  void whereNothingLeftOutMayPassShortMessagesAreScannedToo() throws Exception {
    again("messages: { from: 1KiB }, unscanned: { excluded-by-rule: block }");
    downIsRefused("", plain(TEXT, EICAR));
    isInfected(gateway.record());
  }

  /** The origin sends this; the client gets none of it, and both are told. */
  private void downIsRefused(String extensions, byte[] frames) throws Exception {
    downIsRefused(extensions, frames, "EICAR");
  }

  private void downIsRefused(String extensions, byte[] frames, String reason) throws Exception {
    CompletableFuture<WebSocketOrigin.Frame> told = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.agreeing(
                extensions,
                line -> {
                  line.send(frames);
                  told.complete(next(line));
                  line.readToEnd();
                });
        RawClient client = open(origin)) {
      bothAreClosed(client, told, 1008, reason);
    }
  }

  @Test
  void anInfectedMessageDoesNotArrive() throws Exception {
    downIsRefused("", plain(TEXT, EICAR));
    Record record = gateway.record();
    isInfected(record);
    assertThat(record.bytesDown).isZero();
    assertThat(record.reason).contains("in the answer");
  }

  @Test
  void norDoesOneInFragmentsAmongPings() throws Exception {
    CompletableFuture<WebSocketOrigin.Frame> told = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.of(line -> {
              line.send(plain(0x01, Arrays.copyOf(EICAR, 30)));
              line.send(plain(PING, text("here")));
              line.send(plain(0x80, Arrays.copyOfRange(EICAR, 30, EICAR.length)));
              told.complete(next(line));
            });
        RawClient client = open(origin)) {
      assertThat(next(client).text()).isEqualTo("here");
      bothAreClosed(client, told, 1008, "EICAR");
    }
    isInfected(gateway.record());
  }

  @Test
  void anInfectedMessageIsNotSent() throws Exception {
    CompletableFuture<WebSocketOrigin.Frame> told = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.of(line -> {
              assertThat(next(line).text()).isEqualTo("clean");
              told.complete(next(line));
              line.readToEnd();
            });
        RawClient client = open(origin)) {
      client.send(
          Frames.join(masked(TEXT, text("clean"), 0x0a0b0c0d), masked(TEXT, EICAR, 0x0a0b0c0d)));
      bothAreClosed(client, told, 1008, "EICAR");
    }
    Record record = gateway.record();
    isInfected(record);
    assertThat(record.reason).contains("in what was sent");
  }

  /** A compressed message is found by what it says, also where only those before it say it. */
  @ParameterizedTest
  @CsvSource({
    DEFLATE,
    DEFLATE + "; server_max_window_bits=15",
  })
  void anInfectedMessageIsFoundThroughItsCompression(String agreed) throws Exception {
    Deflater deflater = Frames.deflater();
    byte[] half = Frames.deflated(deflater, Frames.join(text("so:"), EICAR, text("no EICAR")));
    byte[] whole = Frames.deflated(deflater, EICAR);
    deflater.end();
    assertThat(whole.length).as("it refers to the first").isLessThan(20);
    CompletableFuture<WebSocketOrigin.Frame> told = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.agreeing(
                agreed,
                line -> {
                  line.send(Frames.join(plain(COMPRESSED, half), plain(COMPRESSED, whole)));
                  told.complete(next(line));
                });
        RawClient client = open(origin)) {
      assertThat(next(client).payload()).isEqualTo(half);
      bothAreClosed(client, told, 1008, "EICAR");
    }
    isInfected(gateway.record());
  }

  /** The window is kept over messages that are too short to be scanned, and that are too long. */
  @Test
  void whatIsNotScannedIsDecompressedAllTheSame() throws Exception {
    again("messages: { from: 60, limit: 2KiB }, unscanned: { too-big: deliver }");
    Deflater deflater = Frames.deflater();
    byte[] tooShort = Frames.deflated(deflater, Arrays.copyOf(EICAR, 40));
    byte[] tooLong = Frames.deflated(deflater, Frames.random(new Random(2), 10_000));
    byte[] whole = Frames.deflated(deflater, EICAR);
    deflater.end();
    CompletableFuture<WebSocketOrigin.Frame> told = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.agreeing(
                DEFLATE,
                line -> {
                  line.send(plain(COMPRESSED, tooShort));
                  line.send(plain(COMPRESSED, tooLong));
                  line.send(plain(COMPRESSED, whole));
                  told.complete(next(line));
                });
        RawClient client = open(origin)) {
      assertThat(next(client).payload()).isEqualTo(tooShort);
      assertThat(Arrays.equals(next(client).payload(), tooLong)).isTrue();
      bothAreClosed(client, told, 1008, "EICAR");
    }
    isInfected(gateway.record());
  }

  @Test
  void aMessageThatIsTooBigPassesWhereThatIsSaidAndWhatFollowsIsScanned() throws Exception {
    again("messages: { from: 1, limit: 100KiB }, unscanned: { too-big: deliver }");
    byte[] large =
        Frames.join(
            masked(0x02, Frames.random(new Random(3), 300_000), 0x11223344),
            masked(PING, text("still"), 1),
            masked(0x80, Frames.random(new Random(4), 5_000_000), 0x55667788));
    CompletableFuture<WebSocketOrigin.Frame> told = new CompletableFuture<>();
    CompletableFuture<byte[]> received = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.of(line -> {
              received.complete(line.input().readNBytes(large.length));
              told.complete(next(line));
            });
        RawClient client = open(origin)) {
      client.send(large);
      assertThat(Arrays.equals(received.get(10, TimeUnit.SECONDS), large)).isTrue();
      client.send(masked(TEXT, EICAR, 3));
      bothAreClosed(client, told, 1008, "EICAR");
    }
    isInfected(gateway.record());
  }

  @Test
  void aMessageThatIsTooBigEndsItAllWhereThatIsSaid() throws Exception {
    again("messages: { from: 1, limit: 100KiB }, unscanned: { too-big: block }");
    downIsRefused("", Arrays.copyOf(plain(BINARY, new byte[200_000]), 150_000), "too-big");
    Record record = gateway.record();
    assertThat(record.fate).isEqualTo(Record.Fate.UNSCANNED);
    assertThat(record.verdictReason).startsWith("too-big: ").contains("scan.messages.limit");
    assertThat(record.errorKind).isEqualTo("not-scanned");
    assertThat(record.bytesDown).isZero();
  }

  @Test
  void aBombIsTooBig() throws Exception {
    again("messages: { from: 1 }, decoded: { limit: 2MiB }, unscanned: { too-big: block }");
    Deflater deflater = Frames.deflater();
    byte[] bomb = Frames.deflated(deflater, new byte[64 << 20]);
    deflater.end();
    downIsRefused(DEFLATE, plain(COMPRESSED, bomb), "too-big");
    assertThat(gateway.record().verdictReason).startsWith("too-big: ").contains("scan.decoded");
  }

  @Test
  void aBombThatPassesIsNotFollowedAndWhatRefersToItIsNotRead() throws Exception {
    again("messages: { from: 1 }, decoded: { limit: 2MiB }");
    Deflater deflater = Frames.deflater();
    byte[] bomb = plain(COMPRESSED, Frames.deflated(deflater, new byte[64 << 20]));
    byte[] after = plain(COMPRESSED, Frames.deflated(deflater, text("after it")));
    deflater.end();
    CompletableFuture<WebSocketOrigin.Frame> told = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.agreeing(
                DEFLATE,
                line -> {
                  line.send(bomb);
                  line.send(after);
                  told.complete(next(line));
                });
        RawClient client = open(origin)) {
      assertThat(Arrays.equals(next(client).bytes(), bomb)).isTrue();
      bothAreClosed(client, told, 1008, "undecodable");
    }
    assertThat(gateway.record().verdictReason).startsWith("undecodable: ");
  }

  @Test
  void compressionThatIsDamagedIsUndecodable() throws Exception {
    again("messages: { from: 1KiB }");
    downIsRefused(DEFLATE, plain(COMPRESSED, new byte[] {-1, -1}), "undecodable");
    Record record = gateway.record();
    assertThat(record.verdictReason).startsWith("undecodable: ").contains("damaged");
    assertThat(record.errorKind).isEqualTo("not-scanned");
  }

  @Test
  void anExtensionThatIsNotKnownIsRefused() throws Exception {
    try (ScriptedOrigin origin =
            WebSocketOrigin.agreeing("x-mux, permessage-deflate", line -> line.readToEnd());
        RawClient client = gateway.client().send(WebSocketOrigin.asking(origin))) {
      assertThat(client.readResponse().status()).isEqualTo(503);
    }
    Record record = gateway.record();
    assertThat(record.fate).isEqualTo(Record.Fate.UNSCANNED);
    assertThat(record.verdictReason).startsWith("undecodable: ").contains("x-mux");
  }

  @Test
  void orItIsATunnelWhereThatIsSaid() throws Exception {
    again("messages: { from: 1 }, unscanned: { undecodable: deliver }");
    byte[] strange = {(byte) 0xf3, 1, 2, 3};
    try (ScriptedOrigin origin = WebSocketOrigin.agreeing("x-mux", line -> line.send(strange));
        RawClient client = open(origin)) {
      assertThat(client.readToEnd()).isEqualTo(new String(strange, ISO_8859_1));
    }
    Record record = gateway.record();
    assertThat(record.fate).isEqualTo(Record.Fate.UNSCANNED);
    assertThat(record.verdictReason).startsWith("undecodable: ");
    assertThat(record.errorKind).isNull();
  }

  @Test
  void aRuleLeavesItATunnel() throws Exception {
    again("messages: { from: 1 }, rules: [ { name: chat, host: 127.0.0.1, scan: none } ]");
    byte[] strange = {(byte) 0xf3, 1, 2, 3};
    try (ScriptedOrigin origin = WebSocketOrigin.of(line -> line.send(strange));
        RawClient client = open(origin)) {
      assertThat(client.readToEnd()).isEqualTo(new String(strange, ISO_8859_1));
    }
    assertThat(gateway.record().verdictReason).startsWith("excluded-by-rule: The line 'chat'");
  }

  @Test
  void aRuleLeavesOneDirectionOut() throws Exception {
    again("messages: { from: 1 }, rules: [ { name: chat, direction: up, scan: none } ]");
    CompletableFuture<WebSocketOrigin.Frame> told = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.agreeing(
                DEFLATE,
                line -> {
                  WebSocketOrigin.Frame sent = next(line);
                  line.send(plain(TEXT, sent.payload()));
                  told.complete(next(line));
                });
        RawClient client = open(origin)) {
      client.send(masked(TEXT, EICAR, 0x01010101));
      bothAreClosed(client, told, 1008, "EICAR");
    }
    isInfected(gateway.record());
  }

  @Test
  void aMessageThatDoesNotEndIsEndless() throws Exception {
    again("messages: { from: 1 }, patience: 100ms, unscanned: { endless: block }");
    downIsRefused("", plain(0x01, text("and so on")), "endless");
    assertThat(gateway.record().verdictReason).startsWith("endless: ");
  }
}
