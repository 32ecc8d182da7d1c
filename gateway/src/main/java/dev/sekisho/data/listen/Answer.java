package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Refusal;
import dev.sekisho.data.http1.FieldName;
import dev.sekisho.data.http1.HeadBuilder;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.scan.HeadField;
import dev.sekisho.scan.Replacement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whole responses that the gateway gives itself, as bytes. */
final class Answer {
  private static final Map<Integer, String> REASONS =
      Map.ofEntries(
          Map.entry(200, "OK"),
          Map.entry(204, "No Content"),
          Map.entry(400, "Bad Request"),
          Map.entry(403, "Forbidden"),
          Map.entry(404, "Not Found"),
          Map.entry(405, "Method Not Allowed"),
          Map.entry(407, "Proxy Authentication Required"),
          Map.entry(408, "Request Timeout"),
          Map.entry(414, "URI Too Long"),
          Map.entry(416, "Range Not Satisfiable"),
          Map.entry(417, "Expectation Failed"),
          Map.entry(429, "Too Many Requests"),
          Map.entry(431, "Request Header Fields Too Large"),
          Map.entry(451, "Unavailable For Legal Reasons"),
          Map.entry(500, "Internal Server Error"),
          Map.entry(501, "Not Implemented"),
          Map.entry(502, "Bad Gateway"),
          Map.entry(503, "Service Unavailable"),
          Map.entry(504, "Gateway Timeout"),
          Map.entry(505, "HTTP Version Not Supported"),
          Map.entry(508, "Loop Detected"));

  private Answer() {}

  /**
   * A refusal for the client whose request this was; a page or a problem document, as the client
   * accepts.
   */
  static ByteBuf refusal(
      Refusal refusal, RequestHead head, Afterwards then, ByteBufAllocator allocator) {
    return refusal(
        refusal,
        head.fields().first(FieldName.ACCEPT),
        head.fields().first(FieldName.ACCEPT_LANGUAGE),
        head.method(),
        then,
        allocator);
  }

  /** A refusal whose page an ICAP server wrote. */
  static ByteBuf refusal(
      Refusal refusal,
      Replacement page,
      String method,
      Afterwards then,
      ByteBufAllocator allocator) {
    String type =
        page.fields().stream()
            .filter(field -> field.name().equalsIgnoreCase("content-type"))
            .map(HeadField::value)
            .findFirst()
            .orElse("application/octet-stream");
    return message(told(refusal, then), type, page.body(), method, allocator);
  }

  /** The head of what an ICAP server wants to be delivered; its body follows. */
  static ByteBuf replacement(Replacement by, Afterwards then, ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer(512);
    HeadBuilder head =
        HeadBuilder.response(by.status(), REASONS.getOrDefault(by.status(), ""), out);
    by.fields().forEach(field -> head.field(field.name(), field.value()));
    head.field("Content-Length", by.body().length);
    if (then == Afterwards.CLOSE) {
      head.field("Connection", "close");
    }
    head.end();
    return out;
  }

  /** 416 (RFC 9110 §15.5.17). */
  static ByteBuf beyond(long total, Afterwards then, ByteBufAllocator allocator) {
    StringBuilder head = start(416, then).append("Content-Range: bytes */").append(total);
    return ByteBufUtil.writeAscii(allocator, head.append("\r\nContent-Length: 0\r\n\r\n"));
  }

  /** The head of a page whose end is not known yet. */
  static ByteBuf growingPage(
      String language, boolean chunked, Afterwards then, ByteBufAllocator allocator) {
    StringBuilder head = start(200, then).append("Content-Language: ").append(language);
    common(head.append("\r\n"), "text/html; charset=utf-8");
    if (chunked) {
      head.append("Transfer-Encoding: chunked\r\n");
    }
    return ByteBufUtil.writeAscii(allocator, head.append("\r\n"));
  }

  /** A refusal of what could not be read. */
  static ByteBuf refusal(Refusal refusal, ByteBufAllocator allocator) {
    return refusal(refusal, null, null, "", Afterwards.CLOSE, allocator);
  }

  private static ByteBuf refusal(
      Refusal refusal,
      @Nullable String accept,
      @Nullable String language,
      String method,
      Afterwards then,
      ByteBufAllocator allocator) {
    RefusalPage.Body body = RefusalPage.render(refusal, accept, language);
    StringBuilder head = told(refusal, then);
    refusal
        .challenge()
        .ifPresent(value -> head.append("Proxy-Authenticate: ").append(value).append("\r\n"));
    head.append("Content-Language: ")
        .append(body.language())
        .append("\r\nVary: Accept, Accept-Language\r\n");
    return message(head, body.contentType(), body.bytes(), method, allocator);
  }

  private static StringBuilder told(Refusal refusal, Afterwards then) {
    return start(refusal.status(), then)
        .append("Proxy-Status: sekisho; error=")
        .append(refusal.proxyStatus())
        .append("; details=")
        .append(quoted(refusal))
        .append("\r\n");
  }

  /** A page of the gateway's own. */
  static ByteBuf page(
      int status,
      String contentType,
      byte[] body,
      String method,
      Afterwards then,
      ByteBufAllocator allocator) {
    StringBuilder head = start(status, then);
    if (status == 405) {
      head.append("Allow: GET, HEAD, OPTIONS\r\n");
    }
    return message(head, contentType, body, method, allocator);
  }

  /** 204 with the methods that are understood. */
  static ByteBuf options(Afterwards then, ByteBufAllocator allocator) {
    StringBuilder head =
        start(204, then)
            .append("Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, TRACE, CONNECT\r\n\r\n");
    return ByteBufUtil.writeAscii(allocator, head);
  }

  private static StringBuilder start(int status, Afterwards then) {
    StringBuilder head = new StringBuilder(512);
    head.append("HTTP/1.1 ")
        .append(status)
        .append(' ')
        .append(REASONS.getOrDefault(status, "Error"))
        .append("\r\n");
    if (then == Afterwards.CLOSE) {
      head.append("Connection: close\r\n");
    }
    return head;
  }

  private static ByteBuf message(
      StringBuilder head,
      String contentType,
      byte[] body,
      String method,
      ByteBufAllocator allocator) {
    common(head, contentType);
    head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
    byte[] start = head.toString().getBytes(StandardCharsets.US_ASCII);
    ByteBuf message = allocator.buffer(start.length + body.length).writeBytes(start);
    return method.equals("HEAD") ? message : message.writeBytes(body);
  }

  private static void common(StringBuilder head, String contentType) {
    head.append("Content-Type: ")
        .append(contentType)
        .append("\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
    if (contentType.startsWith("text/html")) {
      head.append("Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n");
    }
  }

  /** An sf-string (RFC 8941 §3.3.3) with the rule and the record. */
  private static String quoted(Refusal refusal) {
    String text =
        (refusal.rule() == null ? refusal.kind() : "rule " + refusal.rule())
            + "; record "
            + refusal.id();
    StringBuilder result = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        result.append('\\');
      }
      result.append(c < 0x20 || c > 0x7e ? '?' : c);
    }
    return result.append('"').toString();
  }
}
