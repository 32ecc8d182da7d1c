package dev.sekisho.data.http1;

/**
 * A request line; its positions count in the bytes of the head.
 *
 * @param method one of the well-known methods is always the same string
 * @param pathStart where the path and query begin: after the authority of an absolute-form target
 * @param minorVersion 0 or 1
 */
record RequestLine(
    String method,
    NamedTarget named,
    int targetStart,
    int pathStart,
    int targetEnd,
    int minorVersion) {
  /**
   * A target with what was worked out once about its authority.
   *
   * @param written the authority as the client wrote it
   * @param hostField the authority as the Host field to the origin says it
   */
  record NamedTarget(Target target, byte[] written, byte[] hostField) {
    static final NamedTarget ORIGIN_FORM =
        new NamedTarget(new Target.OriginForm(), new byte[0], new byte[0]);
    static final NamedTarget ASTERISK_FORM =
        new NamedTarget(new Target.AsteriskForm(), new byte[0], new byte[0]);
  }
}
