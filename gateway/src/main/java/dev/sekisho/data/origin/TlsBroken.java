package dev.sekisho.data.origin;

import dev.sekisho.data.exchange.Failure;
import java.io.IOException;

/** TLS that broke after the handshake, in our words; on its way through the pipeline. */
final class TlsBroken extends IOException {
  private static final long serialVersionUID = 1L;

  private final Failure.Kind kind;
  private final String detail;

  TlsBroken(Failure failure, Throwable cause) {
    super(failure.detail(), cause);
    this.kind = failure.kind();
    this.detail = failure.detail();
  }

  Failure.Kind kind() {
    return kind;
  }

  String detail() {
    return detail;
  }
}
