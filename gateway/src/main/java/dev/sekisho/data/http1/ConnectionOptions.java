package dev.sekisho.data.http1;

import dev.sekisho.data.http1.FieldName.Nomination;

/**
 * The Connection field (RFC 9110 §7.6.1): marks the fields it names, which are for us only and go
 * no further.
 *
 * <p>A client could use it to have fields removed that the origin relies on (Host, Cookie,
 * Content-Length, Authorization): such a request is refused. An origin that names such a field
 * (some do say {@code Connection: Transfer-Encoding}) is not obeyed: the field stays, or is
 * rebuilt.
 */
final class ConnectionOptions {
  /** Each option may cost a look at every field; nobody needs more of them. */
  private static final int MOST = 64;

  private ConnectionOptions() {}

  static void apply(Fields fields, Sender sender) throws Refusal {
    int options = 0;
    for (int i = fields.indexOf(FieldName.CONNECTION);
        i >= 0;
        i = fields.next(i, FieldName.CONNECTION)) {
      int end = fields.valueEnd(i);
      int at = fields.valueStart(i);
      while (at < end) {
        if (++options > MOST) {
          throw new Refusal("more than " + MOST + " Connection options");
        }
        int member = fields.memberEnd(at, end);
        int start = fields.skipBlanks(at, member);
        option(fields, start, fields.trim(start, member), sender);
        at = member + 1;
      }
    }
  }

  private static void option(Fields fields, int from, int to, Sender sender) throws Refusal {
    byte[] bytes = fields.bytes();
    if (from == to
        || Grammar.same(bytes, from, to, "close")
        || Grammar.same(bytes, from, to, "keep-alive")) {
      return;
    }
    FieldName name = FieldName.of(bytes, from, to);
    if (sender == Sender.CLIENT) {
      check(bytes, from, to, name);
    }
    if (name == FieldName.OTHER) {
      nominate(fields, from, to);
    }
  }

  private static void check(byte[] bytes, int from, int to, FieldName name) throws Refusal {
    for (int at = from; at < to; at++) {
      if (!Grammar.token(bytes[at])) {
        throw new Refusal("a Connection option that is not a token");
      }
    }
    if (name.nomination() == Nomination.IS_A_TRICK) {
      throw new Refusal("Connection names a field that is for every recipient");
    }
  }

  /** Names that are ours and removable are removed anyway; here it is about the others. */
  private static void nominate(Fields fields, int from, int to) {
    byte[] bytes = fields.bytes();
    for (int i = 0; i < fields.count(); i++) {
      if (fields.nameIs(i, FieldName.OTHER)
          && sameName(bytes, from, to, fields.nameStart(i), fields.nameEnd(i))) {
        fields.nominate(i);
      }
    }
  }

  private static boolean sameName(byte[] bytes, int from, int to, int otherFrom, int otherTo) {
    if (to - from != otherTo - otherFrom) {
      return false;
    }
    for (int k = 0; k < to - from; k++) {
      if (Grammar.lower(bytes[from + k]) != Grammar.lower(bytes[otherFrom + k])) {
        return false;
      }
    }
    return true;
  }
}
