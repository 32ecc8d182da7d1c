package dev.sekisho.scan;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;

/** A held body from its beginning to its end, for whoever may wait. */
final class HeldStream extends InputStream {
  private final HeldBody body;
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
      return body.readFile(position, into, offset, length);
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
