package dev.sekisho.scan.icap;

import dev.sekisho.scan.icap.IcapOptions.Transfer;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One service of an ICAP server: what it says of itself, its connections, and one question at a
 * time on each of them. What it says of itself is asked for at the start, when its time is up, when
 * its tag changes, and every few seconds, so that the state that is shown is not an old one.
 */
public final class IcapService implements Closeable {
  private static final Duration PROBE_EVERY = Duration.ofSeconds(5);
  private static final Duration LEAST_TTL = Duration.ofSeconds(1);
  private static final Duration IDLE = Duration.ofSeconds(30);

  /** Whether messages can be given to it. */
  public enum State {
    /** Not asked yet. */
    UNKNOWN,
    UP,
    DOWN
  }

  /** What a message is given for. */
  public enum Purpose {
    /** What becomes of a body; that there is no answer counts against the service. */
    VERDICT,
    /** To see what it says to such a message. */
    TRIAL
  }

  /**
   * @param since when it came into this state
   * @param detail what it calls itself, or what is wrong with it
   */
  public record Status(State state, Instant since, String detail) {}

  private record Known(IcapOptions options, long until) {
    boolean holds() {
      return System.nanoTime() - until < 0;
    }
  }

  private final IcapUrl url;
  private final Asking asking;
  private final ConnectionPool pool;
  private final IcapHealth health;
  private final ReentrantLock optionsLock = new ReentrantLock();
  private final Semaphore wake = new Semaphore(0);
  private volatile @Nullable Known known;
  private volatile String tag = "";
  private volatile boolean silent;
  private final Thread prober;

  private IcapService(IcapUrl url, Optional<SSLContext> tls, IcapConfig.Connections connections) {
    this.url = url;
    this.asking = new Asking(url, tls, connections.reuse(), this::noteTag);
    this.pool = new ConnectionPool(connections.most());
    this.health = new IcapHealth("ICAP service " + url);
    this.prober = Thread.ofVirtual().name("icap-probe").unstarted(this::probe);
  }

  /** Begins to look after it in the background. */
  public static IcapService start(IcapUrl url, IcapConfig config) {
    var service = new IcapService(url, config.tls(url), config.connections());
    service.prober.start();
    return service;
  }

  public IcapUrl url() {
    return url;
  }

  public Status status() {
    return health.status();
  }

  /** The tag of its present state (ISTag); empty while it is not known. */
  public String tag() {
    return tag;
  }

  /**
   * Gives it a message. Blocks; does not read the body any more once it has returned.
   *
   * @param purpose what for
   * @param limit bytes of another body that it may answer with
   * @param deadline of {@link System#nanoTime}
   */
  public IcapAnswer ask(IcapMessage message, Purpose purpose, long limit, long deadline)
      throws InterruptedException {
    try {
      IcapOptions options = options(deadline);
      if (!options.methods().contains(message.method())) {
        return new IcapAnswer.Failed(
            IcapAnswer.Failure.DOWN, "it does not offer " + message.method());
      }
      String extension = message.extension();
      Transfer transfer = options.transfer(extension);
      if (transfer == Transfer.IGNORE) {
        return new IcapAnswer.Ignored(extension);
      }
      OptionalInt preview = options.preview(transfer);
      var request =
          new Sending.Request(
              message.head(url, options.allowed(), preview), preview, Optional.of(message.body()));
      var reader = new AnswerReader(message.method(), options.allowed(), message.body(), limit);
      Listener.Answered answered;
      try (ConnectionPool.Lease lease = pool.take(deadline)) {
        answered = converse(lease, request, reader, purpose, deadline);
      }
      if (purpose == Purpose.VERDICT) {
        silent = false;
        health.answered();
      }
      noteTag(answered.head());
      return answered.answer().orElseThrow();
    } catch (IcapFault e) {
      return new IcapAnswer.Failed(e.failure(), text(e));
    } catch (IOException e) {
      return new IcapAnswer.Failed(IcapAnswer.Failure.DOWN, text(e));
    }
  }

  private static String text(IOException e) {
    return e.getMessage() == null ? "it failed" : IcapFault.printable(e.getMessage());
  }

  private Listener.Answered converse(
      ConnectionPool.Lease lease,
      Sending.Request request,
      Listener listener,
      Purpose purpose,
      long deadline)
      throws IOException, InterruptedException {
    try {
      return asking.ask(lease, request, listener, deadline);
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      switch (purpose) {
        case VERDICT ->
            health.failed(
                e instanceof IcapFault fault ? fault.failure() : IcapAnswer.Failure.DOWN, text(e));
        case TRIAL -> {
          // A service may fail at what nobody can look into, and scan everything else.
        }
      }
      throw e;
    }
  }

  private IcapOptions options(long deadline) throws IOException, InterruptedException {
    Optional<IcapOptions> before = known();
    if (before.isPresent()) {
      return before.get();
    }
    if (!optionsLock.tryLock(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
      throw new IcapFault(
          IcapAnswer.Failure.TIMEOUT, "it did not say in time what it does (OPTIONS)");
    }
    try {
      Optional<IcapOptions> now = known();
      if (now.isPresent()) {
        return now.get();
      }
      try (ConnectionPool.Lease lease = pool.take(deadline)) {
        return fetch(lease, deadline);
      }
    } finally {
      optionsLock.unlock();
    }
  }

  private Optional<IcapOptions> known() throws IcapFault {
    if (silent) {
      // It did not even answer the last probe; the next one sees it come back.
      throw IcapFault.down(health.status().detail());
    }
    Known now = known;
    return now != null && now.holds() ? Optional.of(now.options) : Optional.empty();
  }

  private IcapOptions fetch(ConnectionPool.Lease lease, long deadline)
      throws IOException, InterruptedException {
    Head answer =
        converse(lease, asking.optionsRequest(), Listener.forOptions(), Purpose.VERDICT, deadline)
            .head();
    IcapOptions options;
    try {
      options = IcapOptions.parse(answer);
    } catch (IcapFault e) {
      health.failed(e.failure(), text(e));
      throw e;
    }
    silent = false;
    tagOf(answer).ifPresent(now -> tag = now);
    pool.atMost(options.maxConnections().orElse(Integer.MAX_VALUE));
    Duration holds = options.ttl().orElse(Duration.ofDays(1));
    known =
        new Known(
            options,
            System.nanoTime() + (holds.compareTo(LEAST_TTL) < 0 ? LEAST_TTL : holds).toNanos());
    health.answered(
        options.service().isEmpty() ? "It answers." : IcapFault.printable(options.service()));
    return options;
  }

  private static Optional<String> tagOf(Head answer) {
    return answer.first("ISTag").map(text -> IcapFault.printable(text.replace("\"", "")));
  }

  private void noteTag(Head answer) {
    Optional<String> now = tagOf(answer);
    if (now.isPresent() && !now.get().equals(tag)) {
      tag = now.get();
      wake.release();
    }
  }

  private void probe() {
    try {
      while (true) {
        long now = System.nanoTime();
        pool.closeIdleSince(now - IDLE.toNanos());
        probe(now + PROBE_EVERY.toNanos());
        if (wake.tryAcquire(PROBE_EVERY.toNanos(), TimeUnit.NANOSECONDS)) {
          wake.drainPermits();
        }
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  /** Where all connections are in use, the answers on them say how it is. */
  private void probe(long deadline) throws InterruptedException {
    if (!optionsLock.tryLock()) {
      return;
    }
    try {
      Optional<ConnectionPool.Lease> free = pool.takeNow();
      if (free.isPresent()) {
        probe(free.get(), deadline);
      }
    } finally {
      optionsLock.unlock();
    }
  }

  private void probe(ConnectionPool.Lease free, long deadline) throws InterruptedException {
    try (free) {
      fetch(free, deadline);
    } catch (IOException e) {
      silent = Asking.isTimeout(e);
      health.failed(IcapAnswer.Failure.DOWN, text(e));
    }
  }

  @Override
  public void close() {
    prober.interrupt();
    pool.close();
  }
}
