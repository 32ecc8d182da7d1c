package dev.sekisho.data.http1;

/** The Via field (RFC 9110 §7.6.3). */
final class Via {
  private Via() {}

  /**
   * Whether a member was added by the one of this name. Commas inside comments only make members
   * that match nothing.
   */
  static boolean contains(Fields fields, String pseudonym) {
    for (int i = fields.indexOf(FieldName.VIA); i >= 0; i = fields.next(i, FieldName.VIA)) {
      int end = fields.valueEnd(i);
      int at = fields.valueStart(i);
      while (at < end) {
        int member = fields.memberEnd(at, end);
        if (receivedBy(fields, at, member, pseudonym)) {
          return true;
        }
        at = member + 1;
      }
    }
    return false;
  }

  private static boolean receivedBy(Fields fields, int from, int to, String pseudonym) {
    byte[] bytes = fields.bytes();
    int protocol = fields.skipBlanks(from, to);
    int start = fields.skipBlanks(word(bytes, protocol, to), to);
    int end = word(bytes, start, to);
    if (end - start != pseudonym.length()) {
      return false;
    }
    for (int k = 0; k < pseudonym.length(); k++) {
      if (Grammar.lower(bytes[start + k]) != Character.toLowerCase(pseudonym.charAt(k))) {
        return false;
      }
    }
    return true;
  }

  private static int word(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && !Grammar.blank(bytes[at])) {
      at++;
    }
    return at;
  }
}
