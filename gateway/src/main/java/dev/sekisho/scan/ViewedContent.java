package dev.sekisho.scan;

import dev.sekisho.scan.icap.Content;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One view of a body for an ICAP server. A fault of its coding is its end, and remembered. */
final class ViewedContent implements Content {
  private static final int PIECE = 16 << 10;
  private static final Fault GIVEN_UP =
      new Fault(Verdict.Reason.ENGINE_DOWN, "The scan was given up before its verdict.");

  private final Body body;
  private final Body.View view;
  private volatile @Nullable Fault fault;
  private volatile boolean ended;

  ViewedContent(Body body, Body.View view) {
    this.body = body;
    this.view = view;
  }

  @Override
  public InputStream open() {
    return new Pass(body.read(view));
  }

  /**
   * Why it is shorter than it should be. A server that has seen enough does not read to the end, so
   * this does: a body whose coding is damaged further on must not be called clean.
   */
  Optional<Fault> fault() {
    if (!ended && !(view == Body.View.RAW || body.isPlain())) {
      byte[] piece = new byte[PIECE];
      try (Pass pass = new Pass(body.read(view))) {
        while (pass.read(piece, 0, PIECE) >= 0) {
          if (Thread.currentThread().isInterrupted()) {
            return Optional.of(GIVEN_UP);
          }
        }
      }
    }
    return Optional.ofNullable(fault);
  }

  private final class Pass extends InputStream {
    private final Reading reading;

    Pass(Reading reading) {
      this.reading = reading;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      int count = reading.read(into, offset, length);
      if (count < 0) {
        reading.fault().ifPresent(found -> fault = found);
        ended = true;
      }
      return count;
    }

    @Override
    public void close() {
      reading.close();
    }
  }
}
