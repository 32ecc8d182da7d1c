package dev.sekisho.scan.icap;

import java.io.IOException;

/** What keeps a server from answering, or us from believing its answer. */
final class IcapFault extends IOException {
  private static final long serialVersionUID = 1L;

  private final IcapAnswer.Failure failure;

  /**
   * @param message what the server did, such as {@code it closed the connection}
   */
  IcapFault(IcapAnswer.Failure failure, String message) {
    super(message);
    this.failure = failure;
  }

  static IcapFault down(String message) {
    return new IcapFault(IcapAnswer.Failure.DOWN, message);
  }

  IcapAnswer.Failure failure() {
    return failure;
  }
}
