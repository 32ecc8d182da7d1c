package dev.sekisho.data.websocket;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of one direction, and what their messages say. Strict: what RFC 6455 does not
 * allow is refused, since two readers might take it for different messages.
 */
public final class MessageReader {
  private static final int PIECE = 64 << 10;

  /** So little gives at most 2 MiB, so that a caller can take its turns. */
  private static final int COMPRESSED_PIECE = 2 << 10;

  private final Sender sender;
  private final Compression compression;
  private final @Nullable Inflation inflation;
  private @Nullable FrameHead frame;
  private long read;
  private Message message = Message.NONE;
  private Message ended = Message.NONE;
  private long payload;

  /** What message is under way. */
  private enum Message {
    NONE,
    PLAIN,
    COMPRESSED
  }

  /** What comes next. */
  public sealed interface Ahead {
    /** More bytes are needed. */
    record Nothing() implements Ahead {}

    /** A control frame, whole. */
    record Control(Opcode opcode) implements Ahead {}

    /** Bytes of a message. */
    record Data() implements Ahead {}

    /**
     * @param rule one sentence about what is wrong
     */
    record Broken(String rule) implements Ahead {}

    Ahead NOTHING = new Nothing();
    Ahead DATA = new Data();
  }

  /** Whether a message went on or ended with what was taken. */
  public enum Taken {
    PART,
    LAST
  }

  /** What is wanted of a message. */
  public enum Wanted {
    EVERYTHING,
    /** Its bytes as they came; what it says is read only as far as later messages need it. */
    WIRE
  }

  /** Takes what is read. */
  public interface Sink {
    /** Bytes as they came, valid during the call. */
    void wire(ByteBuf bytes);

    /** What the message says, valid during the call. */
    void content(byte[] bytes, int length);
  }

  public MessageReader(Sender sender, Compression compression) {
    this.sender = sender;
    this.compression = compression;
    this.inflation =
        switch (compression) {
          case NONE, UNREAD -> null;
          case CONTEXT_KEPT, CONTEXT_RESET -> new Inflation(compression);
        };
  }

  /** What comes next; takes nothing. */
  public Ahead ahead(ByteBuf in) {
    if (frame != null) {
      return in.isReadable() ? Ahead.DATA : Ahead.NOTHING;
    }
    return switch (FrameHead.read(in, sender, compression != Compression.NONE)) {
      case HeadRead.NeedMore _ -> Ahead.NOTHING;
      case HeadRead.Broken(String what) -> broken("A frame with " + what + ".");
      case FrameHead head when head.opcode().isControl() -> control(in, head);
      case FrameHead head -> data(head);
    };
  }

  private static Ahead control(ByteBuf in, FrameHead head) {
    if (head.opcode() == Opcode.CLOSE && head.length() == 1) {
      return broken("A Close frame with half of a code.");
    }
    return in.readableBytes() < head.size() + head.length()
        ? Ahead.NOTHING
        : new Ahead.Control(head.opcode());
  }

  private Ahead data(FrameHead head) {
    boolean continues = head.opcode() == Opcode.CONTINUATION;
    if (continues && message == Message.NONE) {
      return broken("A continuation of nothing.");
    }
    if (!continues && message != Message.NONE) {
      return broken("A message within another.");
    }
    return Ahead.DATA;
  }

  private static Ahead broken(String rule) {
    return new Ahead.Broken(rule);
  }

  /** Takes the control frame that is ahead; ownership passes. */
  public ByteBuf control(ByteBuf in) {
    FrameHead head = head(in);
    return in.readRetainedSlice((int) (head.size() + head.length()));
  }

  /** Takes some of the message that is ahead. */
  public Taken data(ByteBuf in, Wanted wanted, Sink sink) {
    FrameHead now = frame;
    int headSize = 0;
    if (now == null) {
      now = head(in);
      headSize = now.size();
      begin(now);
    }
    int most = message == Message.COMPRESSED ? COMPRESSED_PIECE : PIECE;
    int count = (int) Math.min(Math.min(most, now.length() - read), in.readableBytes() - headSize);
    ByteBuf wire = in.readSlice(headSize + count);
    sink.wire(wire);
    if (message == Message.COMPRESSED && inflation != null) {
      inflation.feed(unmasked(wire, headSize, count, now), sink);
    } else if (wanted == Wanted.EVERYTHING && message == Message.PLAIN && count > 0) {
      sink.content(unmasked(wire, headSize, count, now), count);
    }
    read += count;
    payload += count;
    frame = read < now.length() ? now : null;
    return frame == null && now.last() ? end(sink) : Taken.PART;
  }

  private void begin(FrameHead head) {
    read = 0;
    if (head.opcode() == Opcode.CONTINUATION) {
      return;
    }
    payload = 0;
    message = head.compressed() ? Message.COMPRESSED : Message.PLAIN;
    if (message == Message.COMPRESSED && inflation != null) {
      inflation.begin();
    }
  }

  private Taken end(Sink sink) {
    if (message == Message.COMPRESSED && inflation != null) {
      inflation.end(sink);
    }
    ended = message;
    message = Message.NONE;
    return Taken.LAST;
  }

  private FrameHead head(ByteBuf in) {
    if (FrameHead.read(in, sender, compression != Compression.NONE) instanceof FrameHead head) {
      return head;
    }
    throw new IllegalStateException("no frame is ahead");
  }

  private byte[] unmasked(ByteBuf wire, int from, int count, FrameHead head) {
    byte[] bytes = new byte[count];
    wire.getBytes(wire.readerIndex() + from, bytes);
    if (head.masked()) {
      unmask(bytes, Integer.rotateLeft(head.mask(), Byte.SIZE * (int) (read & 3)));
    }
    return bytes;
  }

  private static void unmask(byte[] bytes, int mask) {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    long twice = (long) mask << Integer.SIZE | mask & 0xffff_ffffL;
    int i = 0;
    for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
      all.putLong(i, all.getLong(i) ^ twice);
    }
    for (; i < bytes.length; i++) {
      bytes[i] ^= (byte) (mask >>> Byte.SIZE * (3 - (i & 3)));
    }
  }

  /** Whether what was taken ends where a frame does. */
  public boolean betweenFrames() {
    return frame == null;
  }

  /** Bytes of the present message, or of the one that just ended: as sent, or as they say. */
  public long size() {
    return Math.max(payload, inflated());
  }

  /** Bytes that undoing the compression of that message gave. */
  public long inflated() {
    return isCompressed() && inflation != null ? inflation.given() : 0;
  }

  private boolean isCompressed() {
    return (message == Message.NONE ? ended : message) == Message.COMPRESSED;
  }

  /** Why what that message says cannot be told, or not to its end. */
  public Optional<String> unreadable() {
    return isCompressed() && inflation != null ? inflation.fault() : Optional.empty();
  }

  /** Reads no more of what the present message says; nor of those that may refer to it. */
  public void giveUp(String why) {
    if (inflation != null) {
      inflation.giveUp(why);
    }
  }

  public void close() {
    if (inflation != null) {
      inflation.close();
    }
  }
}
