package dev.sekisho.data.exchange;

import java.util.Locale;

/** Why what came through a CONNECT cannot be opened; the words of {@code inspect.cannot-open}. */
public enum Unopened {
  /** Neither TLS nor HTTP. */
  NOT_TLS("What came through the CONNECT is neither TLS nor HTTP"),
  /** The client said nothing, as where the server speaks first. */
  SILENT("The client waits for the server to speak first, so this is neither TLS nor HTTP"),
  /** The client speaks HTTP/2 alone, as gRPC does. */
  NOT_HTTP1("The client does not offer HTTP/1.1 inside TLS"),
  /** The name of the server is encrypted (RFC 9849) and the outer one is another. */
  ENCRYPTED_HELLO("The client has encrypted the name of the server it wants");

  private final String sentence;

  Unopened(String sentence) {
    this.sentence = sentence;
  }

  /** As written in the configuration. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What happened, for people, without a full stop. */
  public String sentence() {
    return sentence;
  }

  /** What becomes of the connection. */
  public enum Outcome {
    /** Passed on unseen, if policy allows that of a sealed connection. */
    TUNNEL,
    DENY
  }
}
