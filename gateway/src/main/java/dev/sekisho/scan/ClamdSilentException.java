package dev.sekisho.scan;

import java.io.IOException;

/** A clamd that takes what it is given and says nothing: worth no second wait. */
final class ClamdSilentException extends IOException {
  private static final long serialVersionUID = 1L;

  ClamdSilentException(String message) {
    super(message);
  }
}
