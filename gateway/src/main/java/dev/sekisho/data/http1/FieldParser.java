package dev.sekisho.data.http1;

import dev.sekisho.data.http1.Refusal.Reason;

/** Field lines to {@link Fields} (RFC 9112 §5), one pass, no lenience. */
final class FieldParser {
  /** Longer names exist nowhere; the table has 15 bits for them. */
  private static final int LONGEST_NAME = 1024;

  private FieldParser() {}

  /**
   * @param bytes lines that each end in CRLF, the last of them empty, as {@link HeadScanner} found
   *     them
   * @param from start of the first field line, or of the empty line
   * @param lines at least the number of field lines
   */
  static Fields parse(byte[] bytes, int from, int lines) throws Refusal {
    int[] table = new int[lines * Fields.STRIDE];
    long present = 0;
    int count = 0;
    int at = from;
    while (bytes[at] != Grammar.CR) {
      int colon = nameEnd(bytes, at);
      FieldName name = FieldName.of(bytes, at, colon);
      int start = colon + 1;
      while (Grammar.blank(bytes[start])) {
        start++;
      }
      int lineEnd = Grammar.endOfText(bytes, start, bytes.length);
      if (bytes[lineEnd] != Grammar.CR || bytes[lineEnd + 1] != Grammar.LF) {
        throw new Refusal("a control character in a field value");
      }
      int end = lineEnd;
      while (end > start && Grammar.blank(bytes[end - 1])) {
        end--;
      }
      int slot = count++ * Fields.STRIDE;
      table[slot] = at;
      table[slot + 1] = Fields.meta(name, colon - at, canonical(bytes, colon, start, end, lineEnd));
      table[slot + 2] = start;
      table[slot + 3] = end;
      present |= 1L << name.ordinal();
      at = lineEnd + 2;
    }
    if (bytes[at + 1] != Grammar.LF) {
      throw new Refusal("a carriage return without a line feed");
    }
    return new Fields(bytes, table, count, present);
  }

  private static int canonical(byte[] bytes, int colon, int start, int end, int lineEnd) {
    return end == lineEnd && start == colon + 2 && bytes[colon + 1] == ' ' && start < end
        ? Fields.CANONICAL
        : 0;
  }

  private static int nameEnd(byte[] bytes, int start) throws Refusal {
    int at = start;
    while (Grammar.token(bytes[at])) {
      at++;
    }
    if (bytes[at] != ':' || at == start) {
      throw new Refusal(whatIsWrongWithName(bytes, start, at));
    }
    if (at - start > LONGEST_NAME) {
      throw new Refusal(
          Reason.BLOCK_TOO_LARGE, "a field name of more than " + LONGEST_NAME + " bytes");
    }
    return at;
  }

  private static String whatIsWrongWithName(byte[] bytes, int start, int at) {
    if (at == start) {
      return switch (bytes[at]) {
        case ' ', '\t' -> "a folded field line, or white space before the first field";
        case ':' -> "an empty field name";
        default -> "a field name that is not a token";
      };
    }
    return switch (bytes[at]) {
      case ' ', '\t' -> "white space in or after a field name";
      case Grammar.CR -> "a field line without a colon";
      default -> "a field name that is not a token";
    };
  }
}
