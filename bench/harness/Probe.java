package harness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * One request on a connection of its own, to see whether a proxy serves yet and serves the right
 * thing.
 */
sealed interface Probe {
  record Served() implements Probe {}

  record Refused(String answer) implements Probe {}

  static Probe through(int proxyPort, int originPort) {
    return ask(proxyPort, "http://" + Origins.HOST + ":" + originPort + "/1k", originPort);
  }

  static Probe direct(int originPort) {
    return ask(originPort, "/1k", originPort);
  }

  private static Probe ask(int port, String target, int originPort) {
    try (SocketChannel channel = Entrance.dial(port)) {
      String request =
          "GET "
              + target
              + " HTTP/1.1\r\nHost: "
              + Origins.HOST
              + ":"
              + originPort
              + "\r\nConnection: close\r\n\r\n";
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(64 << 10);
      while (channel.read(answer) >= 0 && answer.hasRemaining()) {
        // until the proxy closes
      }
      String text = StandardCharsets.ISO_8859_1.decode(answer.flip()).toString();
      boolean whole =
          text.startsWith("HTTP/1.1 200 ") && text.contains("x".repeat(Origins.BODY_BYTES));
      return whole
          ? new Served()
          : new Refused(text.lines().findFirst().orElse("closed without an answer"));
    } catch (IOException e) {
      return new Refused(e.getMessage());
    }
  }
}
