package dev.sekisho.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * An HTTP/1 message as it was received, taken apart without any rule of its own beyond where lines
 * end.
 *
 * @param start the request line or the status line
 * @param fields each a whole line, in order
 * @param body without chunk framing
 * @param trailers each a whole line
 */
public record Message(String start, List<String> fields, String body, List<String> trailers) {
  /**
   * What is about one connection and not about the message (RFC 9110 §7.6.1), and what proxies add.
   */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "transfer-encoding",
          "upgrade",
          "via");

  /** The first message in these bytes, whose body is all that follows, or what its chunks say. */
  public static Message parse(String bytes) {
    int end = bytes.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new AssertionError("no whole head in: " + bytes);
    }
    Message head = ofHead(bytes.substring(0, end));
    String rest = bytes.substring(end + 4);
    return head.values("Transfer-Encoding").contains("chunked")
        ? head.withChunks(rest)
        : head.with(rest, List.of());
  }

  public static Message of(RawClient.Response response) {
    String head = response.head();
    Message message = ofHead(head.substring(0, head.length() - 4));
    return message.with(response.body(), lines(response.trailers()));
  }

  private static Message ofHead(String head) {
    List<String> lines = lines(head);
    return new Message(lines.getFirst(), lines.subList(1, lines.size()), "", List.of());
  }

  private static List<String> lines(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split("\r\n"));
  }

  /** The values of all fields of this name. */
  public List<String> values(String name) {
    List<String> values = new ArrayList<>();
    for (String field : fields) {
      if (nameOf(field).equals(name.toLowerCase(Locale.ROOT))) {
        values.add(field.substring(name.length() + 1).strip());
      }
    }
    return values;
  }

  public String value(String name) {
    return String.join(", ", values(name));
  }

  /**
   * What must be the same at both ends of a proxy: no hop-by-hop fields, none of those named, no
   * version; the rebuilt length at the end.
   */
  public Message endToEnd(String... without) {
    Set<String> others = Set.of(without);
    List<String> kept = new ArrayList<>(fields);
    kept.removeIf(field ->
        HOP_BY_HOP.contains(nameOf(field))
            || others.contains(nameOf(field))
            || nameOf(field).equals("content-length"));
    values("Content-Length").forEach(length -> kept.add("Content-Length: " + length));
    return new Message(start.replaceFirst("HTTP/1\\.[01]", "HTTP"), kept, body, trailers);
  }

  private Message with(String content, List<String> after) {
    return new Message(start, fields, content, after);
  }

  private Message withChunks(String rest) {
    StringBuilder content = new StringBuilder();
    int at = 0;
    while (true) {
      int line = rest.indexOf("\r\n", at);
      int size = Integer.parseInt(rest.substring(at, line).split(";")[0], 16);
      if (size == 0) {
        String after = rest.substring(line + 2);
        int end = after.startsWith("\r\n") ? 0 : after.indexOf("\r\n\r\n");
        return with(content.toString(), lines(after.substring(0, end)));
      }
      content.append(rest, line + 2, line + 2 + size);
      at = line + 2 + size + 2;
    }
  }

  private static String nameOf(String field) {
    return field.substring(0, field.indexOf(':')).toLowerCase(Locale.ROOT);
  }
}
