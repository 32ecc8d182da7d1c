package dev.sekisho.scan.icap;

import java.io.IOException;

/** What keeps a server from answering, or us from believing its answer. */
final class IcapFault extends IOException {
  private static final long serialVersionUID = 1L;

  private static final int LONGEST = 300;

  private final IcapAnswer.Failure failure;

  /**
   * @param message what the server did, such as {@code it closed the connection}
   */
  IcapFault(IcapAnswer.Failure failure, String message) {
    super(printable(message));
    this.failure = failure;
  }

  static IcapFault down(String message) {
    return new IcapFault(IcapAnswer.Failure.DOWN, message);
  }

  /** Text of a server's, made fit for a log line: ASCII that can be seen, and not too much. */
  static String printable(String text) {
    StringBuilder result = new StringBuilder(text.length());
    for (int i = 0; i < text.length() && i < LONGEST; i++) {
      char c = text.charAt(i);
      result.append(c < ' ' || c > '~' ? '?' : c);
    }
    return result.toString();
  }

  IcapAnswer.Failure failure() {
    return failure;
  }
}
