package dev.sekisho.policy;

/** What learning a group of facts means, for people. */
final class Needs {
  private Needs() {}

  /** Fits after "before". */
  static String phrase(Facts.Group group) {
    return switch (group) {
      case WHO -> "it is known who asks";
      case REQUEST -> "the request inside TLS is seen";
      case ADDRESS -> "the name is resolved";
      case RESPONSE -> "the response is seen";
    };
  }

  /** A word for lists of missing facts. */
  static String word(Facts.Group group) {
    return switch (group) {
      case WHO -> "who asks";
      case REQUEST -> "the request";
      case ADDRESS -> "the address";
      case RESPONSE -> "the response";
    };
  }
}
