package dev.sekisho.data.http1;

/** The Max-Forwards field, which counts for OPTIONS and TRACE only (RFC 9110 §7.6.2). */
final class MaxForwards {
  private MaxForwards() {}

  /** The count, or -1 where there is none to keep. */
  static int of(RequestHead head) {
    Fields fields = head.fields();
    int i = fields.indexOf(FieldName.MAX_FORWARDS);
    if (i < 0 || !(head.method().equals("OPTIONS") || head.method().equals("TRACE"))) {
      return -1;
    }
    int count = 0;
    for (int at = fields.valueStart(i); at < fields.valueEnd(i); at++) {
      byte digit = fields.bytes()[at];
      if (!Grammar.digit(digit)) {
        return -1;
      }
      // No path is longer than a thousand proxies; larger counts all mean the same.
      count = Math.min(1000, count * 10 + (digit - '0'));
    }
    return fields.valueStart(i) == fields.valueEnd(i) ? -1 : count;
  }
}
