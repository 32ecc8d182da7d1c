package dev.sekisho.scan.icap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a server says, read strictly: lines end with CRLF, fields are {@code name: value}, and
 * nothing is passed over.
 */
final class IcapInput {
  /** Of one head, in bytes; larger than what a proxy lets through. */
  static final int LONGEST_HEAD = 128 << 10;

  private static final int DELETE = 0x7f;
  private static final Pattern FIELD_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private final InputStream in;
  private final byte[] buffer = new byte[16 << 10];
  private int at;
  private int filled;
  private boolean spoke;

  IcapInput(InputStream in) {
    this.in = in;
  }

  /** Forgets what came before, for {@link #spoke}. */
  void begin() {
    spoke = false;
  }

  /** Whether anything came since {@link #begin}. */
  boolean spoke() {
    return spoke;
  }

  /** Whether nothing has come that was not read. */
  boolean isQuiet() throws IOException {
    return at == filled && in.available() == 0;
  }

  /** -1 at the end. */
  int read() throws IOException {
    return more() ? buffer[at++] & 0xff : -1;
  }

  /** As {@link InputStream#read(byte[], int, int)}. */
  int read(byte[] into, int offset, int length) throws IOException {
    if (!more()) {
      return -1;
    }
    int count = Math.min(length, filled - at);
    System.arraycopy(buffer, at, into, offset, count);
    at += count;
    return count;
  }

  private boolean more() throws IOException {
    if (at == filled) {
      at = 0;
      filled = Math.max(0, in.read(buffer));
      spoke |= filled > 0;
    }
    return at < filled;
  }

  /** One line without its end. */
  String line(int longest) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    for (int next = byteOfLine(); next != '\r'; next = byteOfLine()) {
      if (next != '\n' && next != '\t' && (next < ' ' || next == DELETE)) {
        throw IcapFault.down("it sent a control character in a head");
      }
      if (next == '\n') {
        throw IcapFault.down("it ends a line with something else than CRLF");
      }
      if (line.size() == longest) {
        throw IcapFault.down("it sent a line or a head that is too long");
      }
      line.write(next);
    }
    if (byteOfLine() != '\n') {
      throw IcapFault.down("it ends a line with something else than CRLF");
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  /** Only the end of a line. */
  void lineEnd(String otherwise) throws IOException {
    if (byteOfLine() != '\r' || byteOfLine() != '\n') {
      throw IcapFault.down(otherwise);
    }
  }

  private int byteOfLine() throws IOException {
    int next = read();
    if (next < 0) {
      throw IcapFault.down(
          spoke
              ? "it closed the connection in the middle of its answer"
              : "it closed the connection without an answer");
    }
    return next;
  }

  /** A head, to its empty line. */
  Head head() throws IOException {
    String first = line(LONGEST_HEAD);
    return new Head(first, fields(LONGEST_HEAD - first.length()));
  }

  /** Fields, to an empty line. */
  List<Field> fields(int longest) throws IOException {
    List<Field> fields = new ArrayList<>();
    int left = longest;
    for (String line = line(left); !line.isEmpty(); line = line(left)) {
      left -= line.length();
      if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
        continueLast(fields, line.strip());
      } else {
        fields.add(field(line));
      }
    }
    return fields;
  }

  private static void continueLast(List<Field> fields, String more) throws IcapFault {
    if (fields.isEmpty()) {
      throw IcapFault.down("its head begins with a folded line");
    }
    Field last = fields.removeLast();
    fields.add(new Field(last.name(), last.value() + "\n" + more));
  }

  private static Field field(String line) throws IcapFault {
    int colon = line.indexOf(':');
    if (colon < 0 || !FIELD_NAME.matcher(line.substring(0, colon)).matches()) {
      throw IcapFault.down("its head has a line that is no field");
    }
    return new Field(line.substring(0, colon), line.substring(colon + 1).strip());
  }
}
