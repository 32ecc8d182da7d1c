package dev.sekisho.data.http1;

/**
 * How large a head may be.
 *
 * @param headerBlock bytes, from the first byte of the start line to the empty line, both included
 * @param startLine bytes of the request line or status line, without its CRLF
 * @param fields number of field lines
 */
public record HeadLimits(int headerBlock, int startLine, int fields) {
  public static final HeadLimits DEFAULT = new HeadLimits(64 * 1024, 16 * 1024, 500);

  public HeadLimits {
    if (startLine < 16 || headerBlock < startLine + 4 || fields < 1) {
      throw new IllegalArgumentException(
          "limits that no message can keep: " + headerBlock + ", " + startLine + ", " + fields);
    }
  }
}
