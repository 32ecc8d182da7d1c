package dev.sekisho.scan.icap;

import dev.sekisho.scan.icap.IcapOptions.Allowed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A message of HTTP that is given to a service.
 *
 * @param request its target the whole URL
 * @param response empty for a request
 * @param about fields of ICAP's own head that say who is concerned
 */
public record IcapMessage(Head request, Optional<Head> response, Content body, List<Field> about) {
  public IcapMessage {
    about = List.copyOf(about);
  }

  IcapMethod method() {
    return response.isPresent() ? IcapMethod.RESPMOD : IcapMethod.REQMOD;
  }

  /** What follows the last dot of the URL's last segment, in lower case; empty where none does. */
  String extension() {
    String[] words = request.line().split(" ", -1);
    String target = words.length < 2 ? "" : words[1].split("[?#]", 2)[0];
    int authority = target.indexOf("://");
    int slash = target.lastIndexOf('/');
    if (authority >= 0 && slash < authority + 3) {
      return "";
    }
    String file = target.substring(slash + 1);
    int dot = file.lastIndexOf('.');
    return dot < 0 ? "" : file.substring(dot + 1).toLowerCase(java.util.Locale.ROOT);
  }

  /** All that comes before the body. */
  byte[] head(IcapUrl service, Set<Allowed> allowed, OptionalInt preview) {
    String requestHead = text(request);
    String responseHead = response.map(IcapMessage::text).orElse("");
    StringBuilder head = new StringBuilder(512);
    head.append(method()).append(' ').append(service.asked()).append(" ICAP/1.0\r\n");
    add(head, new Field("Host", service.authority()));
    add(head, new Field("User-Agent", "Sekisho"));
    String allow =
        allowed.stream()
            .sorted()
            .map(one -> one.name().substring(one.name().length() - 3))
            .collect(Collectors.joining(", "));
    if (!allow.isEmpty()) {
      add(head, new Field("Allow", allow));
    }
    about.forEach(field -> add(head, field));
    preview.ifPresent(size -> add(head, new Field("Preview", Integer.toString(size))));
    int body = requestHead.length() + responseHead.length();
    add(
        head,
        new Field(
            "Encapsulated",
            switch (method()) {
              case REQMOD -> "req-hdr=0, req-body=" + body;
              case RESPMOD -> "req-hdr=0, res-hdr=" + requestHead.length() + ", res-body=" + body;
            }));
    head.append("\r\n").append(requestHead).append(responseHead);
    return head.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(Head head) {
    StringBuilder text = new StringBuilder(512);
    text.append(oneLine(head.line())).append("\r\n");
    head.fields().forEach(field -> add(text, field));
    return text.append("\r\n").toString();
  }

  private static void add(StringBuilder to, Field field) {
    to.append(oneLine(field.name())).append(": ").append(oneLine(field.value())).append("\r\n");
  }

  /** Nothing that came from outside may end a line here; one byte for each character. */
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      line.append(c == '\r' || c == '\n' || c == 0 ? ' ' : c > 0xff ? '?' : c);
    }
    return line.toString();
  }
}
