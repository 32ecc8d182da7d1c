package dev.sekisho.data.listen;

import dev.sekisho.scan.HeldReader;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Hands a held body to its client, as fast as the client takes it and its file gives it. */
final class Pour {
  private static final int PORTION = 64 << 10;

  private final ClientConnection client;
  private final Lane lane;
  private final Download download;
  private final HeldReader reader;
  private final Told told;
  private State state = State.WAITING;

  private enum State {
    WAITING,
    POURING,
    OVER
  }

  interface Told {
    /** Everything is handed over. */
    void poured();

    void unreadable(IOException cause);
  }

  /** The reader is the pour's from now on. */
  Pour(ClientConnection client, Lane lane, Download download, HeldReader reader, Told told) {
    this.client = client;
    this.lane = lane;
    this.download = download;
    this.reader = reader;
    this.told = told;
  }

  /** Bytes handed over, from where the reader began. */
  long position() {
    return reader.position();
  }

  /** One portion, if it is at hand; else it is fetched, to be there the next time. */
  void some(int most) {
    ByteBuffer piece = next(most);
    if (piece != null) {
      download.data(Unpooled.wrappedBuffer(piece));
      download.flush();
    } else if (state != State.OVER) {
      reader.fetch(lane.loop(), () -> {});
    }
  }

  /** Everything up to here. */
  void all(long end) {
    reader.until(end);
    reader.hurry(lane.loop());
    state = State.POURING;
    go();
  }

  /** Goes on, as when the client takes more; does nothing before {@link #all}. */
  void go() {
    while (state == State.POURING
        && client.channel().isWritable()
        && next(PORTION) instanceof ByteBuffer piece) {
      client.within(lane.limits().bodyTimeout());
      download.data(Unpooled.wrappedBuffer(piece));
      download.flush();
    }
    // A flush may have made the client writable again, and what followed have ended all this.
    if (state != State.POURING || !client.channel().isWritable()) {
      return;
    }
    if (reader.atEnd()) {
      close();
      told.poured();
    } else {
      reader.fetch(lane.loop(), () -> client.guarded(this::go));
    }
  }

  private @Nullable ByteBuffer next(int most) {
    try {
      return reader.next(most);
    } catch (IOException e) {
      close();
      told.unreadable(e);
      return null;
    }
  }

  void close() {
    state = State.OVER;
    reader.close();
  }
}
