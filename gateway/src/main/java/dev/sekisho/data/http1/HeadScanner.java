package dev.sekisho.data.http1;

import dev.sekisho.data.http1.Refusal.Reason;
import io.netty.buffer.ByteBuf;

/**
 * Finds the empty line that ends a block of lines while the block arrives in pieces. It remembers,
 * as distances from the reader index, how far it has looked, so that a block that comes one byte at
 * a time costs one look per byte. What it refuses, it refuses by the bytes up to that point alone:
 * how the bytes were cut into reads never changes the answer.
 */
final class HeadScanner {
  private final HeadLimits limits;
  private final int mostLines;
  private int looked;
  private int lineStart;
  private int lines;
  private int firstLineEnd;

  private HeadScanner(HeadLimits limits, int mostLines) {
    this.limits = limits;
    this.mostLines = mostLines;
  }

  static HeadScanner ofHead(HeadLimits limits) {
    return new HeadScanner(limits, limits.fields() + 1);
  }

  /** Field lines only. */
  static HeadScanner ofTrailers(HeadLimits limits) {
    return new HeadScanner(limits, limits.fields());
  }

  void reset() {
    looked = 0;
    lineStart = 0;
    lines = 0;
    firstLineEnd = 0;
  }

  /** Whole lines seen before the empty one. */
  int lines() {
    return lines;
  }

  /** Bytes of the first line with its CRLF, or 0 while it is not whole. */
  int firstLineEnd() {
    return firstLineEnd;
  }

  /** The length of the block with its empty line, or -1 while it is not whole. */
  int scan(ByteBuf in) throws Refusal {
    int start = in.readerIndex();
    int readable = Math.min(in.readableBytes(), limits.headerBlock());
    while (looked < readable) {
      int found = in.indexOf(start + looked, start + readable, Grammar.LF);
      if (found < 0) {
        looked = readable;
        break;
      }
      int end = found - start;
      looked = end + 1;
      checkFirstLine();
      if (end == 0 || in.getByte(found - 1) != Grammar.CR) {
        throw new Refusal("a line feed without a carriage return");
      }
      if (end - 1 == lineStart) {
        return looked;
      }
      endLine();
    }
    checkFirstLine();
    if (readable == limits.headerBlock()) {
      throw new Refusal(
          Reason.BLOCK_TOO_LARGE, "a header block of more than " + limits.headerBlock() + " bytes");
    }
    return -1;
  }

  private void endLine() throws Refusal {
    if (lines == 0) {
      firstLineEnd = looked;
    }
    lineStart = looked;
    lines++;
    if (lines > mostLines) {
      throw new Refusal(Reason.BLOCK_TOO_LARGE, "more than " + limits.fields() + " fields");
    }
  }

  /** Before anything else, so that a long line gets the same answer whole as in pieces. */
  private void checkFirstLine() throws Refusal {
    if (lines == 0 && looked > limits.startLine() + 2) {
      throw new Refusal(
          Reason.LINE_TOO_LONG, "a first line of more than " + limits.startLine() + " bytes");
    }
  }
}
