package dev.sekisho.scan.icap;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A body in chunks (RFC 9112 section 7.1), with the extension that 206 puts on the last one. */
final class ChunkedInput {
  private static final int LONGEST_LINE = 4096;
  private static final Pattern SIZE =
      Pattern.compile("0*([0-9a-fA-F]{1,7})[ \t]*(?:;([ \t!-~]*))?");
  private static final Pattern ORIGINAL =
      Pattern.compile("[ \t]*use-original-body[ \t]*=[ \t]*([0-9]{1,18})[ \t]*");

  private final IcapInput in;
  private long left;
  private boolean begun;
  private boolean ended;
  private OptionalLong original = OptionalLong.empty();

  ChunkedInput(IcapInput in) {
    this.in = in;
  }

  /** As {@link java.io.InputStream#read(byte[], int, int)}; the end is the last chunk's. */
  int read(byte[] into) throws IOException {
    if (left == 0 && !ended) {
      next();
    }
    if (ended) {
      return -1;
    }
    int count = in.read(into, 0, (int) Math.min(left, into.length));
    if (count < 0) {
      throw IcapFault.down("it closed the connection in the middle of a body");
    }
    left -= count;
    return count;
  }

  /**
   * From where on the original body follows what was read ({@code use-original-body}, of
   * draft-icap-ext-partial-content section 4); known at the end.
   */
  OptionalLong original() {
    return original;
  }

  private void next() throws IOException {
    if (begun) {
      in.lineEnd("it sent a chunk that is longer than it says");
    }
    begun = true;
    String line = in.line(LONGEST_LINE);
    Matcher size = SIZE.matcher(line);
    if (!size.matches()) {
      throw IcapFault.down("it sent something else than the length of a chunk");
    }
    left = Long.parseLong(size.group(1), 16);
    if (left == 0) {
      last(size.group(2) == null ? "" : size.group(2));
    }
  }

  private void last(String extensions) throws IOException {
    for (String extension : extensions.split(";", -1)) {
      Matcher found = ORIGINAL.matcher(extension);
      if (found.matches()) {
        original = OptionalLong.of(Long.parseLong(found.group(1)));
      } else if (extension.contains("use-original-body")) {
        throw IcapFault.down("it wants the original body from '" + extension.strip() + "' on");
      }
    }
    // Trailers say nothing about the body that matters here.
    in.fields(IcapInput.LONGEST_HEAD);
    ended = true;
  }
}
