package dev.sekisho.data.http1;

/** Where a body ends (RFC 9112 §6), refusing whatever two readers could take in two ways. */
final class Framing {
  private Framing() {}

  static BodyFraming ofRequest(String method, int minorVersion, Fields fields) throws Refusal {
    long length = contentLength(fields);
    boolean chunked = chunkedRequest(minorVersion, fields);
    if (chunked && length >= 0) {
      throw new Refusal("both Content-Length and Transfer-Encoding");
    }
    // Old clients send "Content-Length: 0" with CONNECT; it can be read in one way only.
    if (method.equals("CONNECT") && (chunked || length > 0)) {
      throw new Refusal("a body with CONNECT");
    }
    return chunked ? BodyFraming.CHUNKED : ofLength(length);
  }

  /**
   * @param requestMethod the method of the request that is being answered
   */
  static BodyFraming ofResponse(String requestMethod, int status, int minorVersion, Fields fields)
      throws Refusal {
    if (requestMethod.equals("CONNECT") && status >= 200 && status < 300) {
      return BodyFraming.NONE;
    }
    long length = contentLength(fields);
    boolean chunked = chunkedResponse(minorVersion, fields);
    if (chunked && length >= 0) {
      throw new Refusal("both Content-Length and Transfer-Encoding");
    }
    if (status < 200 || status == 204) {
      if (chunked || length > 0) {
        throw new Refusal("a body announced with status " + status + ", which has none");
      }
      return BodyFraming.NONE;
    }
    if (requestMethod.equals("HEAD") || status == 304) {
      return BodyFraming.NONE;
    }
    if (chunked) {
      return BodyFraming.CHUNKED;
    }
    return length < 0 ? BodyFraming.UNTIL_CLOSE : ofLength(length);
  }

  private static BodyFraming ofLength(long length) {
    return length > 0 ? new BodyFraming.Length(length) : BodyFraming.NONE;
  }

  private static boolean chunkedRequest(int minorVersion, Fields fields) throws Refusal {
    int i = transferEncoding(minorVersion, fields);
    if (i >= 0 && !fields.valueIs(i, "chunked")) {
      throw TransferCoding.ofRequest(fields.value(i));
    }
    return i >= 0;
  }

  private static boolean chunkedResponse(int minorVersion, Fields fields) throws Refusal {
    int i = transferEncoding(minorVersion, fields);
    if (i >= 0 && !fields.valueIs(i, "chunked")) {
      var _ = TransferCoding.underChunks(fields.value(i));
    }
    return i >= 0;
  }

  /** Where the one field is, or -1. */
  private static int transferEncoding(int minorVersion, Fields fields) throws Refusal {
    int i = fields.indexOf(FieldName.TRANSFER_ENCODING);
    if (i < 0) {
      return -1;
    }
    if (fields.next(i, FieldName.TRANSFER_ENCODING) >= 0) {
      throw new Refusal("two Transfer-Encoding fields");
    }
    if (minorVersion == 0) {
      throw new Refusal("Transfer-Encoding in HTTP/1.0");
    }
    return i;
  }

  /** The Content-Length, or -1 where there is none. */
  static long contentLength(Fields fields) throws Refusal {
    int i = fields.indexOf(FieldName.CONTENT_LENGTH);
    if (i < 0) {
      return -1;
    }
    if (fields.next(i, FieldName.CONTENT_LENGTH) >= 0) {
      throw new Refusal("two Content-Length fields");
    }
    byte[] bytes = fields.bytes();
    int end = fields.valueEnd(i);
    int at = fields.valueStart(i);
    // Eighteen digits cannot overflow, and no body is longer.
    if (at == end || end - at > 18) {
      throw new Refusal("a Content-Length that is empty or too large");
    }
    long length = 0;
    for (; at < end; at++) {
      if (!Grammar.digit(bytes[at])) {
        throw new Refusal("a Content-Length that is not a number");
      }
      length = length * 10 + (bytes[at] - '0');
    }
    return length;
  }
}
