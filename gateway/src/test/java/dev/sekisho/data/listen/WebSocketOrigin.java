package dev.sekisho.data.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.websocket.Frames;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** A WebSocket spoken by hand on both sides, and what one needs to look at it. */
final class WebSocketOrigin {
  /** In pieces, so that no scanner takes this file for one. */
  static final byte[] EICAR =
      ("X5O!P%@AP[4\\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*")
          .getBytes(ISO_8859_1);

  static final int TEXT = 0x81;
  static final int BINARY = 0x82;
  static final int CLOSE = 0x88;
  static final int PING = 0x89;
  static final byte[] DONE = {3, (byte) 0xe8};

  private WebSocketOrigin() {}

  /** With the built-in signatures. */
  static TestGateway scanning(String scan) throws IOException {
    return TestGateway.start(
        "scan: { engines: [ { signatures: { eicar: true } } ], " + scan + " }\n");
  }

  /** Takes up the WebSocket, then does what the script says. */
  static ScriptedOrigin of(ScriptedOrigin.Script script) throws IOException {
    return agreeing("", script);
  }

  static ScriptedOrigin agreeing(String extensions, ScriptedOrigin.Script script)
      throws IOException {
    return ScriptedOrigin.of(line -> {
      line.readHead();
      line.send(switched(extensions));
      script.run(line);
    });
  }

  static String switched(String extensions) {
    return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
        + (extensions.isEmpty() ? "" : "Sec-WebSocket-Extensions: " + extensions + "\r\n")
        + "\r\n";
  }

  /** The request of a client for it. */
  static String asking(ScriptedOrigin origin) {
    return "GET http://" + origin.authority() + asking(origin.authority());
  }

  static String asking(String authority) {
    return "/chat HTTP/1.1\r\nHost: "
        + authority
        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
        + "Sec-WebSocket-Version: 13\r\n\r\n";
  }

  /** A frame as it came. */
  record Frame(byte[] bytes, int first, byte[] payload) {
    String text() {
      return new String(payload, ISO_8859_1);
    }

    int code() {
      return (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    }

    String reason() {
      return text().substring(2);
    }
  }

  /** The next frame for the client. */
  static Frame next(RawClient client) throws IOException {
    return next(count -> bytes(() -> client.read(count)));
  }

  /** The next frame for the origin. */
  static Frame next(ScriptedOrigin.Line line) throws IOException {
    return next(count -> bytes(() -> line.read(count)));
  }

  private interface Read {
    String bytes() throws IOException;
  }

  private static byte[] bytes(Read read) {
    try {
      return read.bytes().getBytes(ISO_8859_1);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Frame next(IntFunction<byte[]> read) throws IOException {
    byte[] head = read.apply(2);
    if (head.length < 2) {
      throw new IOException("the connection ended where a frame was expected");
    }
    int coded = head[1] & 0x7f;
    byte[] extended = read.apply(coded == 126 ? 2 : coded == 127 ? 8 : 0);
    byte[] key = read.apply((head[1] & 0x80) == 0 ? 0 : 4);
    long length = extended.length == 0 ? coded : new java.math.BigInteger(1, extended).longValue();
    byte[] payload = read.apply((int) length);
    byte[] bytes = Frames.join(head, extended, key, payload);
    for (int i = 0; i < payload.length && key.length > 0; i++) {
      payload[i] ^= key[i & 3];
    }
    return new Frame(bytes, head[0] & 0xff, payload);
  }

  private static void isClosed(Frame frame, int code, String reason) {
    assertThat(frame.first()).isEqualTo(CLOSE);
    assertThat(frame.code()).isEqualTo(code);
    assertThat(frame.reason()).contains(reason);
  }

  /** Both sides are told, and both connections end. */
  static void bothAreClosed(
      RawClient client, CompletableFuture<Frame> atOrigin, int code, String reason)
      throws Exception {
    isClosed(next(client), code, reason);
    assertThat(client.ended()).isTrue();
    Frame told = atOrigin.get(10, TimeUnit.SECONDS);
    isClosed(told, code, reason);
    assertThat(told.bytes()[1] & 0x80).as("masked").isEqualTo(0x80);
  }
}
