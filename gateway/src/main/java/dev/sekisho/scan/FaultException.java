package dev.sekisho.scan;

import java.io.IOException;

/** Carries a {@link Fault} out of the streams of a content coding, to where it becomes a value. */
final class FaultException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Fault fault;

  FaultException(Verdict.Reason reason, String detail) {
    super(detail);
    this.fault = new Fault(reason, detail);
  }

  Fault fault() {
    return fault;
  }
}
