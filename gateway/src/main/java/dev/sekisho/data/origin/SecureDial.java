package dev.sekisho.data.origin;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.net.Authority;
import dev.sekisho.net.IpAddress;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Dials an origin and shakes hands with it on a loop that is there for handshakes, then brings the
 * connection home. A handshake takes longer than anything else that a loop does at a time; on the
 * loops of exchanges, other requests would wait for it.
 */
public final class SecureDial implements Dialler.Attempt {
  /**
   * What is dialled.
   *
   * @param port where to dial, which need not be the authority's
   * @param authority whose host is sent as SNI (a name only) and held against the certificate
   */
  public record Destination(
      List<IpAddress> addresses, int port, Authority authority, OriginKey.Security.Tls security) {}

  /** What dials and shakes hands. */
  public record Means(Dialler dialler, OriginTls tls, EventLoop away) {}

  /** What came of it. */
  public sealed interface Outcome {
    /** On its own loop, auto-read off, TLS in the pipeline and nothing that listens behind it. */
    record Reached(Channel channel, IpAddress address, OriginTls.Secured.Done security)
        implements Outcome {}

    record Failed(Failure failure) implements Outcome {}

    /** Something of ours threw on the way. */
    record Defective(RuntimeException cause) implements Outcome {}
  }

  private static final Failure LOOP_ENDED =
      new Failure(
          Failure.Side.GATEWAY,
          Failure.Kind.DRAINING,
          Failure.Retry.UNSAFE,
          "The gateway was shut down before its connection to the origin was made.");

  private final Means means;
  private final Destination to;
  private final EventLoop home;

  /** Owned by the home loop; null when nobody wants to know any more. */
  private @Nullable Consumer<Outcome> then;

  /** Owned by the loop of handshakes. */
  private Dialler.@Nullable Attempt attempt;

  private Wanted wanted = Wanted.YES;

  private enum Wanted {
    YES,
    NO
  }

  private SecureDial(Means means, Destination to, EventLoop home, Consumer<Outcome> then) {
    this.means = means;
    this.to = to;
    this.home = home;
    this.then = then;
  }

  /**
   * Must be called on the home loop, and tells there, once.
   *
   * @return lets it be given up, on the home loop: {@code then} is not called any more
   */
  public static Dialler.Attempt begin(
      Means means, Destination to, EventLoop home, Consumer<Outcome> then) {
    SecureDial dial = new SecureDial(means, to, home, then);
    try {
      means.away().execute(() -> dial.guarded(dial::dial));
    } catch (RejectedExecutionException _) {
      dial.fail(LOOP_ENDED);
    }
    return dial;
  }

  @Override
  public void cancel() {
    then = null;
    try {
      means.away().execute(this::giveUp);
    } catch (RejectedExecutionException _) {
      // That loop has ended, and what was dialled there with it.
    }
  }

  // On the loop of handshakes.

  private void giveUp() {
    wanted = Wanted.NO;
    if (attempt != null) {
      attempt.cancel();
      attempt = null;
    }
  }

  /** So that no defect leaves whoever waits at home waiting. */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException defect) {
      attempt = null;
      home.execute(() -> tell(new Outcome.Defective(defect)));
    }
  }

  private void dial() {
    if (wanted == Wanted.YES) {
      attempt =
          means
              .dialler()
              .dial(
                  to.addresses(),
                  to.port(),
                  means.away(),
                  outcome -> guarded(() -> dialled(outcome)));
    }
  }

  private void dialled(Dialler.Dialled outcome) {
    attempt = null;
    switch (outcome) {
      case Dialler.Dialled.Failed(Failure failure) -> fail(failure);
      case Dialler.Dialled.Connected(Channel channel, IpAddress address) -> {
        if (wanted == Wanted.NO) {
          channel.close();
          return;
        }
        secure(channel, address);
      }
    }
  }

  private void secure(Channel channel, IpAddress address) {
    try {
      attempt =
          means
              .tls()
              .secure(
                  channel,
                  to.authority().host(),
                  to.authority().port(),
                  to.security(),
                  secured -> secured(secured, channel, address));
    } catch (RuntimeException defect) {
      channel.close();
      throw defect;
    }
  }

  private void secured(OriginTls.Secured outcome, Channel channel, IpAddress address) {
    attempt = null;
    switch (outcome) {
      case OriginTls.Secured.Failed(Failure failure) -> fail(failure);
      case OriginTls.Secured.Done done -> {
        if (wanted == Wanted.NO) {
          channel.close();
          return;
        }
        Relocation.move(
            channel,
            home,
            // Closed on the way or not: whoever uses it finds out, as of one that rested.
            _ -> arrived(new Outcome.Reached(channel, address, done)));
      }
    }
  }

  private void fail(Failure failure) {
    home.execute(() -> tell(new Outcome.Failed(failure)));
  }

  private void arrived(Outcome.Reached reached) {
    // Where home has ended, nobody is there to be told, and what waited there is another's no more.
    if (home.inEventLoop()) {
      tell(reached);
    }
  }

  // At home.

  private void tell(Outcome outcome) {
    @Nullable Consumer<Outcome> asker = then;
    then = null;
    if (asker != null) {
      asker.accept(outcome);
    } else if (outcome instanceof Outcome.Reached(Channel channel, var _, var _)) {
      channel.close();
    }
  }
}
