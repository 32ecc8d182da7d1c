package dev.sekisho.data.http1;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The header or trailer fields of a message, in order.
 *
 * <p>Held as the message's own bytes, copied once out of the read buffer, and four numbers per
 * field; no string exists until someone asks for one. Every name here is a token and every value is
 * free of control characters: that was checked before there was a {@code Fields}. Field {@code i}
 * runs from 0 to {@link #count()}.
 */
public final class Fields {
  public static final Fields NONE = new Fields(new byte[0], new int[0], 0, 0);

  /**
   * Of the four numbers per field: where the name starts; name, marks and length of the name; start
   * and end of the value.
   */
  static final int STRIDE = 4;

  /** The line stands in the bytes just as it would be written: {@code Name: value CRLF}. */
  static final int CANONICAL = 1 << 8;

  /** Connection names this field: it was meant for us only. */
  static final int NOMINATED = 1 << 9;

  private static final int NAME_LENGTH_SHIFT = 16;

  private static final long HOP_BY_HOP =
      FieldName.set(
          FieldName.CONNECTION,
          FieldName.CONTENT_LENGTH,
          FieldName.HTTP2_SETTINGS,
          FieldName.KEEP_ALIVE,
          FieldName.PROXY_AUTHENTICATE,
          FieldName.PROXY_AUTHENTICATION_INFO,
          FieldName.PROXY_AUTHORIZATION,
          FieldName.PROXY_CONNECTION,
          FieldName.TE,
          FieldName.TRAILER,
          FieldName.TRANSFER_ENCODING,
          FieldName.UPGRADE);

  private final byte[] bytes;
  private final int[] table;
  private final int count;
  private final long present;

  /**
   * @param present the names that occur, as {@link FieldName#set}
   */
  Fields(byte[] bytes, int[] table, int count, long present) {
    this.bytes = bytes;
    this.table = table;
    this.count = count;
    this.present = present;
  }

  public int count() {
    return count;
  }

  public FieldName fieldName(int i) {
    return FieldName.at(meta(i) & 0xff);
  }

  public boolean nameIs(int i, FieldName name) {
    return (meta(i) & 0xff) == name.ordinal();
  }

  /** The name as written. */
  public String name(int i) {
    return new String(bytes, nameStart(i), nameEnd(i) - nameStart(i), StandardCharsets.ISO_8859_1);
  }

  /** The value as written, without white space around it; bytes above 0x7F as Latin-1. */
  public String value(int i) {
    return new String(
        bytes, valueStart(i), valueEnd(i) - valueStart(i), StandardCharsets.ISO_8859_1);
  }

  /** Whether the field is between two neighbours only, or about framing (RFC 9110 §7.6.1). */
  public boolean isHopByHop(int i) {
    return (meta(i) & NOMINATED) != 0 || (HOP_BY_HOP >>> (meta(i) & 0xff) & 1) != 0;
  }

  public boolean has(FieldName name) {
    return (present & (1L << name.ordinal())) != 0;
  }

  /** How often the name occurs. */
  public int count(FieldName name) {
    int found = 0;
    for (int i = indexOf(name); i >= 0; i = next(i, name)) {
      found++;
    }
    return found;
  }

  /** The value of the first field of this name, or null. */
  public @Nullable String first(FieldName name) {
    int i = indexOf(name);
    return i < 0 ? null : value(i);
  }

  /** The values of every field of this name as one list (RFC 9110 §5.3), or null. */
  public @Nullable String joined(FieldName name) {
    int i = indexOf(name);
    if (i < 0) {
      return null;
    }
    StringBuilder all = new StringBuilder(value(i));
    for (i = next(i, name); i >= 0; i = next(i, name)) {
      all.append(", ").append(value(i));
    }
    return all.toString();
  }

  /** The value of the first field of a name that is none of ours, given in lower case, or null. */
  public @Nullable String first(String lowerCaseName) {
    for (int i = 0; i < count; i++) {
      if (Grammar.same(bytes, nameStart(i), nameEnd(i), lowerCaseName)) {
        return value(i);
      }
    }
    return null;
  }

  /** The first field of this name, or -1. */
  public int indexOf(FieldName name) {
    return has(name) ? next(-1, name) : -1;
  }

  /** The next field of this name after {@code i}, or -1. */
  public int next(int i, FieldName name) {
    for (int j = i + 1; j < count; j++) {
      if (nameIs(j, name)) {
        return j;
      }
    }
    return -1;
  }

  /**
   * Whether the word, given in lower case, is a member of the comma-separated list that all fields
   * of this name make up.
   */
  public boolean hasToken(FieldName name, String lowerCaseWord) {
    for (int i = indexOf(name); i >= 0; i = next(i, name)) {
      if (listHas(i, lowerCaseWord)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a list of authentication schemes with their parameters (RFC 9110 §11.6.1) names one of
   * those that authenticate the connection and not the request: NTLM, Negotiate, Kerberos.
   */
  boolean hasConnectionBoundScheme(FieldName name) {
    for (int i = indexOf(name); i >= 0; i = next(i, name)) {
      int end = valueEnd(i);
      for (int at = valueStart(i); at < end; at = memberEnd(at, end) + 1) {
        int start = skipBlanks(at, end);
        int word = start;
        while (word < end && Grammar.token(bytes[word])) {
          word++;
        }
        if (connectionBound(start, word)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean connectionBound(int from, int to) {
    return Grammar.same(bytes, from, to, "ntlm")
        || Grammar.same(bytes, from, to, "negotiate")
        || Grammar.same(bytes, from, to, "kerberos");
  }

  private boolean listHas(int i, String lowerCaseWord) {
    int end = valueEnd(i);
    for (int at = valueStart(i); at < end; ) {
      int member = memberEnd(at, end);
      int start = skipBlanks(at, member);
      if (Grammar.same(bytes, start, trim(start, member), lowerCaseWord)) {
        return true;
      }
      at = member + 1;
    }
    return false;
  }

  /** Whether the whole value is the word, given in lower case. */
  boolean valueIs(int i, String lowerCaseWord) {
    return Grammar.same(bytes, valueStart(i), valueEnd(i), lowerCaseWord);
  }

  /** The position of the comma that ends the list member at {@code at}, or {@code end}. */
  int memberEnd(int at, int end) {
    int comma = at;
    while (comma < end && bytes[comma] != ',') {
      comma++;
    }
    return comma;
  }

  int skipBlanks(int at, int end) {
    int start = at;
    while (start < end && Grammar.blank(bytes[start])) {
      start++;
    }
    return start;
  }

  int trim(int start, int end) {
    int last = end;
    while (last > start && Grammar.blank(bytes[last - 1])) {
      last--;
    }
    return last;
  }

  /**
   * The trailers that may be passed on. Fields for framing, routing, authentication or the reading
   * of the content must not come after it (RFC 9110 §6.5.1); every name we know is one of these.
   */
  Fields withoutKnownNames() {
    int[] kept = new int[table.length];
    int n = 0;
    for (int i = 0; i < count; i++) {
      if (nameIs(i, FieldName.OTHER)) {
        System.arraycopy(table, i * STRIDE, kept, n * STRIDE, STRIDE);
        n++;
      }
    }
    return n == 0 ? NONE : new Fields(bytes, kept, n, FieldName.set(FieldName.OTHER));
  }

  byte[] bytes() {
    return bytes;
  }

  int meta(int i) {
    return table[i * STRIDE + 1];
  }

  int nameStart(int i) {
    return table[i * STRIDE];
  }

  int nameEnd(int i) {
    return table[i * STRIDE] + (table[i * STRIDE + 1] >>> NAME_LENGTH_SHIFT);
  }

  int valueStart(int i) {
    return table[i * STRIDE + 2];
  }

  int valueEnd(int i) {
    return table[i * STRIDE + 3];
  }

  /** Only while the head is being made; a head that is out does not change any more. */
  void nominate(int i) {
    table[i * STRIDE + 1] |= NOMINATED;
  }

  static int meta(FieldName name, int nameLength, int marks) {
    return name.ordinal() | marks | nameLength << NAME_LENGTH_SHIFT;
  }
}
