package dev.sekisho.data.origin;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/**
 * Takes an open connection from the event loop it is on to another one. Its handlers run on the one
 * or the other, never on both: what they keep is handed over with the connection.
 */
public final class Relocation {
  /** What came of it. */
  public enum Outcome {
    /** The connection is on the new loop, auto-read off. */
    THERE,
    /** It was closed on the way. */
    CLOSED
  }

  private Relocation() {}

  /**
   * Must be called on the loop that the connection is on. Handlers may still hear of bytes, of the
   * end of input or of the end on the old loop until {@code then} is told, once, on the new one; or
   * on the old one, where the new one has ended.
   */
  public static void move(Channel channel, EventLoop to, Consumer<Outcome> then) {
    channel.config().setAutoRead(false);
    var _ = channel.deregister().addListener(_ -> register(channel, to, then));
  }

  private static void register(Channel channel, EventLoop to, Consumer<Outcome> then) {
    if (to.isShuttingDown()) {
      channel.close();
      arrived(channel, false, then);
      return;
    }
    var registered = to.register(channel);
    if (registered.isDone() && to.isShutdown()) {
      // Nobody is left there who could be told.
      then.accept(Outcome.CLOSED);
    } else {
      registered.addListener(done -> arrived(channel, done.isSuccess(), then));
    }
  }

  private static void arrived(Channel channel, boolean registered, Consumer<Outcome> then) {
    if (!registered) {
      // Closed while it was on no loop, it would not tell its handlers, who have things to release.
      channel.pipeline().fireChannelUnregistered();
    }
    if (!registered || !channel.isActive()) {
      then.accept(Outcome.CLOSED);
      return;
    }
    // Output that waited for room would wait for ever: the new loop does not know of it.
    channel.flush();
    then.accept(Outcome.THERE);
  }
}
