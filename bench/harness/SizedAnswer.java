package harness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** What has arrived of the answer to a request for one sized body. */
final class SizedAnswer {
  private static final int MOST_HEAD = 16 << 10;

  private final SizedOrigin.Body wanted;
  private final ByteBuffer head = ByteBuffer.allocate(MOST_HEAD);
  private final ByteBuffer beginning = ByteBuffer.allocate(SizedOrigin.Body.BEGINNING);
  private State state = State.HEAD;
  private long body;
  private long firstAt;

  private enum State {
    HEAD,
    BODY,
    /** Another status than 200. */
    REFUSED
  }

  SizedAnswer(SizedOrigin.Body wanted) {
    this.wanted = wanted;
  }

  static byte[] request(String prefix, int originPort, SizedOrigin.Body body) {
    return ("GET %s%s HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\n\r\n")
        .formatted(prefix, body.path(), TlsOrigin.origin(Origins.HOST, originPort))
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** In absolute form, for a proxy. */
  static byte[] request(int originPort, SizedOrigin.Body body) {
    return request("http://" + TlsOrigin.origin(Origins.HOST, originPort), originPort, body);
  }

  void take(ByteBuffer arrived) throws IOException {
    while (state == State.HEAD && arrived.hasRemaining()) {
      head.put(arrived.get());
      int end = head.position();
      if (end >= 4 && head.getInt(end - 4) == 0x0d0a0d0a) {
        state = headEnds();
      } else if (!head.hasRemaining()) {
        throw new IOException("a head without an end: " + firstLine());
      }
    }
    if (state == State.BODY && arrived.hasRemaining()) {
      takeBody(arrived);
    }
  }

  private State headEnds() throws IOException {
    String text = text();
    if (!text.matches("(?s)HTTP/1\\.[01] 200 .*")) {
      return State.REFUSED;
    }
    if (!text.toLowerCase(Locale.ROOT)
        .contains("\r\ncontent-length: " + wanted.length() + "\r\n")) {
      throw new IOException("not the length that was asked for:\n" + text);
    }
    return State.BODY;
  }

  private void takeBody(ByteBuffer arrived) throws IOException {
    if (body == 0) {
      firstAt = System.nanoTime();
    }
    body += arrived.remaining();
    while (beginning.hasRemaining() && arrived.hasRemaining()) {
      beginning.put(arrived.get());
    }
    if (body > wanted.length()) {
      throw new IOException("more than was asked for: " + wanted);
    }
    if (body == wanted.length() && !Arrays.equals(beginning.array(), wanted.beginning())) {
      throw new IOException("another body than was asked for: " + wanted);
    }
  }

  boolean whole() {
    return state == State.BODY && body == wanted.length();
  }

  boolean refused() {
    return state == State.REFUSED;
  }

  /** By {@link System#nanoTime}, the first byte of the body. */
  long firstAt() {
    return firstAt;
  }

  String firstLine() {
    return text().lines().findFirst().orElse("nothing");
  }

  @Override
  public String toString() {
    return "%s, %d of %d bytes".formatted(firstLine(), body, wanted.length());
  }

  private String text() {
    return new String(head.array(), 0, head.position(), StandardCharsets.ISO_8859_1);
  }
}
