package dev.sekisho.scan.zstd;

import java.io.IOException;

/** The blocks of one frame after the other, into the window (RFC 8878 section 3.1.1.2). */
final class Frame {
  /** Whether another block of the frame follows. */
  enum More {
    BLOCKS,
    NOTHING
  }

  private final CodedBytes in;
  private final Window window;
  private final Literals literals = new Literals();
  private final Sequences sequences = new Sequences();
  private final XxHash64 hash = new XxHash64();
  private byte[] block = new byte[0];
  private FrameHeader header = new FrameHeader(0, 0, FrameHeader.Checksum.ABSENT);
  private long given;

  Frame(CodedBytes in, Window window) {
    this.in = in;
    this.window = window;
  }

  void begin() throws IOException {
    header = FrameHeader.read(in);
    window.begin(header.window());
    literals.beginFrame();
    sequences.beginFrame();
    hash.reset();
    given = 0;
  }

  /** Reads one block; what it gives is in the window. */
  More readBlock() throws IOException {
    int head = (int) in.number(3);
    int size = head >> 3;
    int most = Math.min(header.window(), Window.BLOCK);
    if (size > most) {
      throw new ZstdException("a block is larger than it may be");
    }
    int before;
    switch (head >> 1 & 3) {
      case 0 -> {
        window.reserve(size);
        before = window.end();
        in.read(window.bytes(), before, size);
        window.wrote(size);
      }
      case 1 -> {
        byte value = (byte) in.octet();
        window.reserve(size);
        before = window.end();
        window.fill(value, size);
      }
      case 2 -> {
        Cursor content = content(size);
        window.reserve(most);
        before = window.end();
        literals.read(content, most);
        sequences.execute(content, literals, window, most);
      }
      default -> throw new ZstdException("a block is of a kind that does not exist");
    }
    count(before);
    if ((head & 1) == 0) {
      return More.BLOCKS;
    }
    end();
    return More.NOTHING;
  }

  private Cursor content(int size) throws IOException {
    if (block.length < size + Cursor.PADDING) {
      block = new byte[size + Cursor.PADDING];
    }
    in.read(block, 0, size);
    return new Cursor(block, 0, size);
  }

  private void count(int before) throws ZstdException {
    int count = window.end() - before;
    given += count;
    if (header.contentSize() >= 0 && given > header.contentSize()) {
      throw new ZstdException("a frame is longer than it says");
    }
    if (header.checksum() == FrameHeader.Checksum.FOLLOWS) {
      hash.update(window.bytes(), before, count);
    }
  }

  private void end() throws IOException {
    if (header.contentSize() >= 0 && given != header.contentSize()) {
      throw new ZstdException("a frame is shorter than it says");
    }
    if (header.checksum() == FrameHeader.Checksum.FOLLOWS
        && (int) in.number(4) != (int) hash.value()) {
      throw new ZstdException("the checksum of a frame is wrong");
    }
  }
}
