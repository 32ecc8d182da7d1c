package dev.sekisho.data.listen;

import static dev.sekisho.data.listen.WebSocketOrigin.BINARY;
import static dev.sekisho.data.listen.WebSocketOrigin.PING;
import static dev.sekisho.data.listen.WebSocketOrigin.TEXT;
import static dev.sekisho.data.listen.WebSocketOrigin.bothAreClosed;
import static dev.sekisho.data.listen.WebSocketOrigin.next;
import static dev.sekisho.data.websocket.Frames.masked;
import static dev.sekisho.data.websocket.Frames.plain;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who breaks the rules of a WebSocket, who leaves, and how it ends. */
class WebSocketEndsTest {
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = WebSocketOrigin.scanning("messages: { from: 1 }");
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

  @ParameterizedTest
  @CsvSource({
    "8100 8105, no mask",
    "c180 00000000, reserved bit",
    "8980 00000000 0980 00000000, control frame in fragments",
    "8080 00000000, continuation of nothing",
    "81fe 0001 00000000, more bytes than it needs",
    "8381 00000000 00, opcode",
  })
  void aClientThatBreaksTheRulesEndsIt(String bytes, String rule) throws Exception {
    CompletableFuture<WebSocketOrigin.Frame> told = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.of(line -> {
              WebSocketOrigin.Frame frame = next(line);
              told.complete(frame.first() == PING ? next(line) : frame);
            });
        RawClient client = open(origin)) {
      client.send(HexFormat.of().parseHex(bytes.replace(" ", "")));
      bothAreClosed(client, told, 1002, rule);
    }
    Record record = gateway.record();
    assertThat(record.errorSide).isEqualTo("client");
    assertThat(record.errorKind).isEqualTo("malformed-request");
    assertThat(record.errorDetail).contains(rule);
  }

  @ParameterizedTest
  @CsvSource({
    "8180 00000000, a mask",
    "a100, reserved bit",
    "0100 8100, message within another",
    "897e 0080, more than 125 bytes",
    "827f 8000000000000000, highest bit",
    "8801 03, half of a code",
  })
  void anOriginThatBreaksTheRulesEndsIt(String bytes, String rule) throws Exception {
    CompletableFuture<WebSocketOrigin.Frame> told = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.of(line -> {
              line.send(HexFormat.of().parseHex(bytes.replace(" ", "")));
              told.complete(next(line));
            });
        RawClient client = open(origin)) {
      bothAreClosed(client, told, 1002, rule);
    }
    Record record = gateway.record();
    assertThat(record.errorSide).isEqualTo("origin");
    assertThat(record.errorKind).isEqualTo("malformed-response");
  }

  @Test
  void anOriginThatClosesInAMessageIsRecordedSo() throws Exception {
    try (ScriptedOrigin origin = WebSocketOrigin.of(line -> line.send(plain(0x01, text("cut"))));
        RawClient client = open(origin)) {
      assertThat(client.ended()).isTrue();
    }
    Record record = gateway.record();
    assertThat(record.errorSide).isEqualTo("origin");
    assertThat(record.errorKind).isEqualTo("connection-lost");
  }

  @Test
  void anOriginThatClosesBehindAMessageHasItDelivered() throws Exception {
    byte[] last = plain(BINARY, new byte[500_000]);
    try (ScriptedOrigin origin = WebSocketOrigin.of(line -> line.send(last));
        RawClient client = open(origin)) {
      assertThat(Arrays.equals(next(client).bytes(), last)).isTrue();
      assertThat(client.ended()).isTrue();
    }
    Record record = gateway.record();
    assertThat(record.fate).isEqualTo(Record.Fate.CLEAN);
    assertThat(record.errorKind).isNull();
  }

  @Test
  void anOriginThatResetsIsRecordedSo() throws Exception {
    try (ScriptedOrigin origin =
            WebSocketOrigin.of(line -> {
              next(line);
              line.reset();
            });
        RawClient client = open(origin)) {
      client.send(masked(TEXT, text("go"), 1));
      assertThat(client.ended()).isTrue();
    }
    assertThat(gateway.record().errorSide).isEqualTo("origin");
  }

  @Test
  void aClientThatLeavesAMessageUnfinishedIsRecordedSo() throws Exception {
    CompletableFuture<String> rest = new CompletableFuture<>();
    try (ScriptedOrigin origin = WebSocketOrigin.of(line -> rest.complete(line.readToEnd()))) {
      try (RawClient client = open(origin)) {
        client.send(masked(0x01, text("and"), 1));
      }
      assertThat(rest.get(10, TimeUnit.SECONDS)).isEmpty();
    }
    assertThat(gateway.record().errorKind).isEqualTo("client-left");
  }

  @Test
  void atShutdownBothAreToldThatTheGatewayGoesAway() throws Exception {
    CompletableFuture<WebSocketOrigin.Frame> told = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.of(line -> {
              line.send(plain(0x01, text("half of")));
              line.send(plain(PING, text("here")));
              told.complete(next(line));
            });
        RawClient client = open(origin)) {
      assertThat(next(client).text()).isEqualTo("here");
      gateway.listeners().drain(java.time.Duration.ZERO);
      bothAreClosed(client, told, 1001, "shut down");
    }
    assertThat(gateway.record().errorKind).isEqualTo("draining");
  }
}
