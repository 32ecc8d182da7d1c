package dev.sekisho.scan.zstd;

import java.io.IOException;
import java.io.InputStream;

/**
 * Undoes zstd (RFC 8878) as HTTP has it (RFC 9659): frame after frame, skippable ones passed over,
 * checksums compared, windows of at most 8 MiB, no dictionaries, and nothing behind the last frame.
 * Holds one window, as far as it is filled, and the parts of one block, 10.5 MiB at the most. Every
 * fault of the bytes is an {@link IOException} whose message is the end of a sentence; what came
 * before the fault was given.
 */
public final class ZstdStream extends InputStream {
  private static final int MAGIC = 0xFD2FB528;
  private static final int SKIPPABLE = 0x184D2A50;
  private static final int SKIPPABLE_MASK = 0xFFFFFFF0;

  /** Where in the body we are. */
  private enum At {
    BETWEEN_FRAMES,
    BLOCKS,
    END,
    FAULT
  }

  private final CodedBytes in;
  private final Window window = new Window();
  private final Frame frame;
  private At at = At.BETWEEN_FRAMES;

  public ZstdStream(InputStream in) {
    this.in = new CodedBytes(in);
    this.frame = new Frame(this.in, window);
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
    while (true) {
      int count = window.take(into, offset, length);
      if (count > 0) {
        return count;
      }
      At now = at;
      if (now == At.END) {
        return -1;
      }
      at = At.FAULT;
      at = after(now);
    }
  }

  private At after(At now) throws IOException {
    return switch (now) {
      case BETWEEN_FRAMES -> nextFrame();
      case BLOCKS ->
          switch (frame.readBlock()) {
            case BLOCKS -> At.BLOCKS;
            case NOTHING -> At.BETWEEN_FRAMES;
          };
      case END -> At.END;
      case FAULT -> throw new ZstdException("it was faulty before");
    };
  }

  private At nextFrame() throws IOException {
    if (in.atEnd()) {
      return At.END;
    }
    int magic = (int) in.number(4);
    if ((magic & SKIPPABLE_MASK) == SKIPPABLE) {
      in.skip(in.number(4));
      return At.BETWEEN_FRAMES;
    }
    if (magic != MAGIC) {
      throw new ZstdException("what should be a frame of zstd is none");
    }
    frame.begin();
    return At.BLOCKS;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
