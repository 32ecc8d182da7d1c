package dev.sekisho.scan;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a body. A fault of its coding ends it like its end, and is remembered: what came
 * before the fault is scanned all the same, since a client may use it.
 */
final class Reading implements Closeable {
  /** Opens the streams; codings may read a header at once. */
  interface Source {
    InputStream open() throws IOException;
  }

  private static final int TURN = 1 << 20;

  private int sinceYield;
  private @Nullable InputStream stream;
  private @Nullable Fault fault;

  Reading(Source source) {
    try {
      stream = source.open();
    } catch (IOException | RuntimeException e) {
      fault = fault(e);
    }
  }

  /** As {@link InputStream#read(byte[], int, int)}, but a fault is the end. */
  int read(byte[] into, int offset, int length) {
    if (fault != null || stream == null) {
      return -1;
    }
    try {
      int count = stream.read(into, offset, length);
      yieldSometimes(count);
      return count;
    } catch (IOException | RuntimeException e) {
      fault = fault(e);
      return -1;
    }
  }

  /**
   * Decoding never waits, so a virtual thread that decodes would keep its carrier from all others,
   * who look after event loops' files and minting too.
   */
  private void yieldSometimes(int count) {
    sinceYield += count;
    if (sinceYield >= TURN) {
      sinceYield = 0;
      Thread.yield();
    }
  }

  /** Why it ended before its end; meaningful once {@link #read} has answered -1. */
  Optional<Fault> fault() {
    return Optional.ofNullable(fault);
  }

  /**
   * A decoder given hostile bytes may fail in any way; every way is a fault of the bytes. Where one
   * decoder reads what another gives, it may wrap the other's fault.
   */
  private static Fault fault(Exception e) {
    Throwable cause = e;
    while (cause != null) {
      if (cause instanceof FaultException known) {
        return known.fault();
      }
      cause = cause.getCause();
    }
    return CompressedInput.broken(
            "It cannot be decoded (" + Printable.text("" + e.getMessage(), 100) + ")")
        .fault();
  }

  @Override
  public void close() {
    try {
      if (stream != null) {
        stream.close();
      }
    } catch (IOException _) {
      // It is memory that is closed here; the inflaters were ended before anything could fail.
    }
  }
}
