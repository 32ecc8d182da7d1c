package dev.sekisho.data.http1;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The Accept-Encoding field (RFC 9110 §12.5.3). */
final class AcceptEncoding {
  /** What the scanner reads; {@code *} would let the origin choose any. */
  private static final Set<String> READABLE =
      Set.of("identity", "gzip", "x-gzip", "deflate", "br", "zstd");

  private AcceptEncoding() {}

  /** Writes the field with those members alone that the scanner can read. */
  static void writeReadable(Fields fields, ByteBuf out) {
    String all = fields.joined(FieldName.ACCEPT_ENCODING);
    List<String> readable = new ArrayList<>();
    for (String member : (all == null ? "" : all).split(",", -1)) {
      String trimmed = member.strip();
      int parameters = trimmed.indexOf(';');
      String coding = parameters < 0 ? trimmed : trimmed.substring(0, parameters).stripTrailing();
      if (READABLE.contains(coding.toLowerCase(Locale.ROOT))) {
        readable.add(trimmed);
      }
    }
    String value = readable.isEmpty() ? "identity" : String.join(", ", readable);
    out.writeBytes(FieldWriter.bytes("Accept-Encoding: " + value + "\r\n"));
  }
}
