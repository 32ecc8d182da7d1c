package dev.sekisho.data.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/** Two large bodies, one of them on a list of the unwanted, and origins that are slow with them. */
final class SlowBodies {
  static final int LENGTH = 700_000;

  static final byte[] WANTED = random(1);
  static final byte[] UNWANTED = random(2);

  private SlowBodies() {}

  private static byte[] random(int seed) {
    byte[] bytes = new byte[LENGTH];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Writes the list down. */
  static void list(Path folder) throws Exception {
    Files.writeString(
        folder.resolve("unwanted.sha256"),
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(UNWANTED))
            + "  unwanted.bin\n");
  }

  /**
   * A gateway that begins to trickle at once.
   *
   * @param folder where the list is
   */
  static TestGateway start(Path folder, String scan) throws IOException {
    return TestGateway.start(
        "scan: { engines: [ { signatures: { sha256: [ "
            + folder.resolve("unwanted.sha256")
            + " ] } } ], delivery: { small: 1KiB, after: 20ms, every: 20ms, portion: 5KiB,"
            + " keep-back: 64KiB }, spool: { memory-per-body: 16KiB }, "
            + scan
            + " }\n");
  }

  /** Sends all but the last byte, and that when it is told to. */
  static ScriptedOrigin holdingBack(byte[] body, String framing, CountDownLatch last) {
    return origin(line -> {
      line.readHead();
      line.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n");
      send(line, framing, body, 0, body.length - 1);
      last.await();
      send(line, framing, body, body.length - 1, body.length);
      line.send(framing.startsWith("Transfer") ? "0\r\n\r\n" : "");
      if (framing.startsWith("Connection")) {
        line.socket().close();
      }
    });
  }

  static ScriptedOrigin origin(ScriptedOrigin.Script script) {
    try {
      return ScriptedOrigin.of(script);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void send(ScriptedOrigin.Line line, String framing, byte[] body, int from, int to)
      throws IOException {
    String text = new String(body, from, to - from, ISO_8859_1);
    line.send(
        framing.startsWith("Transfer")
            ? Integer.toHexString(to - from) + "\r\n" + text + "\r\n"
            : text);
  }

  static String get(ScriptedOrigin origin) {
    return "GET http://"
        + origin.authority()
        + "/file HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\n\r\n";
  }
}
