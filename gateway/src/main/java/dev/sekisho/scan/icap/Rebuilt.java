package dev.sekisho.scan.icap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer while it is read. A server that may not say 204 sends a body back that it
 * did not change, so it is compared with the original as it comes, and kept only from the first
 * byte on that differs.
 */
final class Rebuilt {
  private static final int PIECE = 16 << 10;

  private final Content original;
  private final long limit;
  private final InputStream pass;
  private long same;
  private @Nullable ByteArrayOutputStream other;

  private Rebuilt(Content original, long limit, InputStream pass) {
    this.original = original;
    this.limit = limit;
    this.pass = pass;
  }

  /**
   * @param limit bytes of another body that are kept
   */
  static AnsweredBody read(ChunkedInput chunks, Content original, long limit) throws IOException {
    try (InputStream pass = original.open()) {
      return new Rebuilt(original, limit, pass).read(chunks);
    }
  }

  /** No body at all. */
  static AnsweredBody none(Content original) throws IOException {
    try (InputStream pass = original.open()) {
      return pass.read() < 0 ? new AnsweredBody.Same() : new AnsweredBody.Other(new byte[0]);
    }
  }

  private AnsweredBody read(ChunkedInput chunks) throws IOException {
    byte[] piece = new byte[PIECE];
    for (int count = chunks.read(piece); count >= 0; count = chunks.read(piece)) {
      if (!take(piece, count)) {
        return new AnsweredBody.TooLong();
      }
    }
    OptionalLong rest = chunks.original();
    if (other == null && (rest.isPresent() ? rest.getAsLong() == same : pass.read() < 0)) {
      return new AnsweredBody.Same();
    }
    if (!differs() || (rest.isPresent() && !takeOriginal(rest.getAsLong()))) {
      return new AnsweredBody.TooLong();
    }
    return new AnsweredBody.Other(kept().toByteArray());
  }

  /** Whether there was room. */
  private boolean take(byte[] piece, int count) throws IOException {
    if (other == null) {
      byte[] expected = pass.readNBytes(count);
      if (Arrays.equals(expected, 0, expected.length, piece, 0, count)) {
        same += count;
        return true;
      }
      if (!differs()) {
        return false;
      }
    }
    return keep(piece, 0, count);
  }

  /** From here on it is another body; what was the same is kept too. */
  private boolean differs() throws IOException {
    if (other != null) {
      return true;
    }
    other = new ByteArrayOutputStream();
    if (same > limit) {
      return false;
    }
    try (InputStream again = original.open()) {
      kept().writeBytes(again.readNBytes((int) same));
    }
    return true;
  }

  private boolean takeOriginal(long from) throws IOException {
    try (InputStream again = original.open()) {
      byte[] piece = new byte[PIECE];
      for (long left = from; left > 0; ) {
        int count = again.read(piece, 0, (int) Math.min(left, PIECE));
        if (count < 0) {
          throw IcapFault.down("it wants the original body from " + from + " on, which is shorter");
        }
        left -= count;
      }
      for (int count = again.read(piece); count >= 0; count = again.read(piece)) {
        if (!keep(piece, 0, count)) {
          return false;
        }
      }
      return true;
    }
  }

  private boolean keep(byte[] piece, int from, int count) {
    if (kept().size() + (long) count > limit) {
      return false;
    }
    kept().write(piece, from, count);
    return true;
  }

  private ByteArrayOutputStream kept() {
    if (other == null) {
      other = new ByteArrayOutputStream();
    }
    return other;
  }
}
