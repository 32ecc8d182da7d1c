package dev.sekisho.data.names;

import dev.sekisho.net.DomainName;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One name being asked for, on behalf of everyone who wants it meanwhile. Both families are asked
 * at once on the event loop of the first asker; those who wait may sit on other loops.
 *
 * <p>When one family has addresses, the other gets 50 ms more (RFC 8305 §3); then those who wait
 * are told what there is. The straggler still completes what is remembered, so that the next asker
 * gets both.
 */
final class Lookup {
  private static final Duration RESOLUTION_DELAY = Duration.ofMillis(50);

  private final DomainName name;
  private final EventLoop loop;
  private final Terms terms;
  private final Inquiry inquiry4;
  private final Inquiry inquiry6;
  private @Nullable Finding ipv4;
  private @Nullable Finding ipv6;
  private @Nullable Future<?> deadline;
  private @Nullable Future<?> delay;

  /** Null once they have been told. Guarded by this. */
  private @Nullable List<Waiting> waiting = new ArrayList<>(1);

  /**
   * @param telling called on the lookup's loop with what those who wait are about to be told, and
   *     again if that gets better
   * @param ended called when nothing more will come
   */
  record Terms(
      Duration timeout,
      NamesConfig.CacheLimits limits,
      Preference preference,
      BiConsumer<Lookup, Outcome> telling,
      Runnable ended) {}

  private record Waiting(EventLoop loop, Consumer<Resolver.Answer> then) {}

  Lookup(DomainName name, EventLoop loop, Inquiry.Means means, Terms terms) {
    this.name = name;
    this.loop = loop;
    this.terms = terms;
    this.inquiry4 =
        new Inquiry(
            loop,
            means,
            name,
            Family.IPV4,
            finding -> {
              ipv4 = finding;
              found(finding);
            });
    this.inquiry6 =
        new Inquiry(
            loop,
            means,
            name,
            Family.IPV6,
            finding -> {
              ipv6 = finding;
              found(finding);
            });
  }

  /** Whether there was still time to wait with the others; if not, the answer was given already. */
  synchronized boolean join(EventLoop asker, Consumer<Resolver.Answer> then) {
    @Nullable List<Waiting> list = waiting;
    if (list == null) {
      return false;
    }
    list.add(new Waiting(asker, then));
    return true;
  }

  /** On the lookup's loop. */
  void start() {
    deadline = loop.schedule(this::outOfTime, terms.timeout().toNanos(), TimeUnit.NANOSECONDS);
    inquiry4.start();
    inquiry6.start();
  }

  private void found(Finding finding) {
    if (ipv4 != null && ipv6 != null) {
      end();
    } else if (finding instanceof Finding.Found) {
      delay = loop.schedule(this::tell, RESOLUTION_DELAY.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void outOfTime() {
    ipv4 = ipv4 == null ? inquiry4.outOfTime() : ipv4;
    ipv6 = ipv6 == null ? inquiry6.outOfTime() : ipv6;
    end();
  }

  private void end() {
    inquiry4.cancel();
    inquiry6.cancel();
    cancel(deadline);
    cancel(delay);
    tell();
    terms.ended().run();
  }

  private void tell() {
    Outcome outcome = Outcome.of(name, ipv4, ipv6, terms.preference(), terms.limits());
    terms.telling().accept(this, outcome);
    @Nullable List<Waiting> list;
    synchronized (this) {
      list = waiting;
      waiting = null;
    }
    if (list != null) {
      list.forEach(each -> deliver(each.loop(), each.then(), outcome.answer()));
    }
  }

  /**
   * Always as an event of its own, so that the asker is never called back from within its own
   * question.
   */
  static void deliver(EventLoop loop, Consumer<Resolver.Answer> then, Resolver.Answer answer) {
    try {
      loop.execute(() -> then.accept(answer));
    } catch (RejectedExecutionException _) {
      // the asker's loop was shut down: nobody is left to be told
    }
  }

  private static void cancel(@Nullable Future<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
