package dev.sekisho.data.websocket;

import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Undoes the compression of one direction's messages (RFC 7692 §7.2.2), one after the other. Where
 * one cannot be undone, neither can those that may refer to it.
 */
final class Inflation {
  /** What a sender takes off the end of each message. */
  private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

  private static final int PORTION = 8 << 10;

  private final Inflater inflater = new Inflater(true);
  private final Compression compression;
  private final byte[] portion = new byte[PORTION];
  private LastBlock lastBlock = LastBlock.TO_COME;
  private @Nullable String fault;
  private long given;

  private enum LastBlock {
    TO_COME,
    /** Some peers stop here, so that nothing may follow in the same message. */
    SEEN
  }

  Inflation(Compression compression) {
    this.compression = compression;
  }

  /** A message begins. */
  void begin() {
    given = 0;
    lastBlock = LastBlock.TO_COME;
    if (compression == Compression.CONTEXT_RESET) {
      inflater.reset();
      fault = null;
    }
  }

  void feed(byte[] bytes, MessageReader.Sink sink) {
    int from = 0;
    while (fault == null && from < bytes.length) {
      inflater.setInput(bytes, from, bytes.length - from);
      from = bytes.length;
      try {
        inflate(sink);
      } catch (DataFormatException e) {
        fault = "it is damaged (" + e.getMessage() + ")";
      }
      if (fault == null && inflater.finished()) {
        from = bytes.length - inflater.getRemaining();
        lastBlock = LastBlock.SEEN;
        inflater.reset();
      }
    }
  }

  private void inflate(MessageReader.Sink sink) throws DataFormatException {
    for (int count = inflater.inflate(portion);
        count > 0 && fault == null;
        count = inflater.inflate(portion)) {
      if (lastBlock == LastBlock.SEEN) {
        fault = "something follows its last block";
        return;
      }
      given += count;
      sink.content(portion, count);
    }
    if (inflater.needsDictionary()) {
      fault = "it asks for a dictionary";
    }
  }

  /** The message is over. */
  void end(MessageReader.Sink sink) {
    feed(TAIL, sink);
    if (lastBlock == LastBlock.SEEN) {
      inflater.reset();
    }
  }

  /** Nobody wants more of this message, or of what refers to it. */
  void giveUp(String why) {
    fault = why;
  }

  /** Why the message cannot be read, or not to its end. */
  Optional<String> fault() {
    return Optional.ofNullable(fault);
  }

  /** Bytes that the present message has given so far. */
  long given() {
    return given;
  }

  void close() {
    inflater.end();
  }
}
