package dev.sekisho.scan;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;

/** A held body from its beginning to its end, for whoever may wait. */
final class HeldStream extends InputStream {
  /** Each reading of the file is a hop to another thread, and many readers want little at once. */
  private static final int AT_ONCE = 128 << 10;

  private final HeldBody body;
  private byte[] fetched = new byte[0];
  private ByteBuffer here = ByteBuffer.allocate(0);
  private long position;

  HeldStream(HeldBody body) {
    this.body = body;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    int count = here.hasRemaining() ? fromMemory(into, offset, length) : next(into, offset, length);
    position += Math.max(0, count);
    return count;
  }

  private int next(byte[] into, int offset, int length) throws IOException {
    ByteBuffer memory = body.memory(position);
    if (memory != null) {
      here = memory;
      return fromMemory(into, offset, length);
    }
    try {
      if (length >= AT_ONCE) {
        return body.readFile(position, into, offset, length);
      }
      if (fetched.length == 0) {
        fetched = new byte[AT_ONCE];
      }
      int count = body.readFile(position, fetched, 0, AT_ONCE);
      here = ByteBuffer.wrap(fetched, 0, Math.max(0, count));
      return count < 0 ? -1 : fromMemory(into, offset, length);
    } catch (InterruptedException e) {
      throw givenUp(e);
    } catch (FaultException e) {
      throw e;
    } catch (IOException e) {
      // No fault of the bytes, as a decoder's would be.
      throw new FaultException(
          Verdict.Reason.SPOOL_FULL, "What is held cannot be read: " + e.getMessage() + ".");
    }
  }

  static IOException givenUp(InterruptedException e) {
    Thread.currentThread().interrupt();
    return (IOException) new InterruptedIOException("given up").initCause(e);
  }

  private int fromMemory(byte[] into, int offset, int length) {
    int count = Math.min(length, here.remaining());
    here.get(into, offset, count);
    return count;
  }
}
