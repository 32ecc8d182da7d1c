package dev.sekisho.scan;

import dev.sekisho.scan.EngineStatus.Blind;
import dev.sekisho.scan.EngineStatus.Signed;
import dev.sekisho.scan.EngineStatus.State;
import dev.sekisho.scan.icap.IcapAnswer;
import dev.sekisho.scan.icap.IcapConfig;
import dev.sekisho.scan.icap.IcapMessage;
import dev.sekisho.scan.icap.IcapService;
import dev.sekisho.scan.icap.IcapUrl;
import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One service of an ICAP server: what its answers mean, and what it does not tell. A server passes
 * on what the scanner behind it says, so it is tried as a clamd is.
 */
final class IcapNode implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(IcapNode.class);

  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
  private static final Duration TRIAL_PATIENCE = Duration.ofSeconds(10);

  /** The scanner behind it may have another configuration, of which its tag says nothing. */
  private static final long TRIED_EVERY = TimeUnit.SECONDS.toNanos(60);

  /**
   * When it was tried last.
   *
   * @param since when it had come up
   * @param tag its own at that time
   * @param at of {@link System#nanoTime}
   */
  private record Tried(Sight sight, Instant since, String tag, long at) {}

  private final IcapService service;
  private final Scanner.Direction tried;
  private final IcapConfig.Send send;
  private final long limit;
  private final ReentrantLock trying = new ReentrantLock();
  private volatile @Nullable Tried last;
  private Set<Blind> saidBlind = Set.of();
  private final Thread keeper;

  private IcapNode(IcapService service, Scanner.Direction tried, IcapConfig.Send send, long limit) {
    this.service = service;
    this.tried = tried;
    this.send = send;
    this.limit = limit;
    this.keeper = Thread.ofVirtual().name("icap-trial").unstarted(this::keepTrying);
  }

  /**
   * Begins to look after it in the background.
   *
   * @param tried as what kind of message it is tried
   * @param limit bytes of what it may want to be delivered instead
   */
  static IcapNode start(IcapUrl url, IcapConfig config, Scanner.Direction tried, long limit) {
    var node = new IcapNode(IcapService.start(url, config), tried, config.send(), limit);
    node.keeper.start();
    return node;
  }

  Finding scan(Body body, Body.View view, long deadline) throws InterruptedException {
    if (deadline - System.nanoTime() <= 0) {
      return Finding.unable(
          Verdict.Reason.TIMEOUT, service.url() + " was not asked: no time was left.");
    }
    return switch (ask(body, view, IcapService.Purpose.VERDICT, deadline)) {
      case Finding.Nothing _ -> {
        tryOut(this::isNew, deadline);
        yield new Finding.Nothing(sight().caveat(service.url().toString()));
      }
      case Finding other -> other;
    };
  }

  private Finding ask(Body body, Body.View view, IcapService.Purpose purpose, long deadline)
      throws InterruptedException {
    var content = new ViewedContent(body, view);
    IcapMessage message = IcapHeads.message(body.subject(), view, content, send);
    IcapAnswer answer = service.ask(message, purpose, limit, deadline);
    return new IcapFinding(service.url().toString(), message, content, limit).of(answer);
  }

  EngineStatus status() {
    IcapService.Status now = service.status();
    State state =
        switch (now.state()) {
          case UNKNOWN -> State.UNKNOWN;
          case UP -> State.UP;
          case DOWN -> State.DOWN;
        };
    String tag = Printable.text(service.tag(), 100);
    return new EngineStatus(
        "ICAP service " + service.url(),
        state,
        now.since(),
        Printable.text(now.detail(), 300),
        tag.isEmpty() ? null : new Signed(tag, null),
        sight().blind());
  }

  /**
   * What its findings rest on: its tag, which says whether answers are still valid (RFC 3507
   * section 4.7). A service may treat requests otherwise than responses. Empty while that is not
   * known.
   */
  Optional<String> version(Scanner.Direction direction) {
    String tag = service.tag();
    return switch (sight()) {
      case Sight.Tried seen
          when !tag.isEmpty() && service.status().state() == IcapService.State.UP ->
          Optional.of(
              "%s %s ISTag %s blind to [%s]"
                  .formatted(
                      switch (direction) {
                        case UP -> "REQMOD";
                        case DOWN -> "RESPMOD";
                      },
                      service.url(),
                      tag,
                      seen.words()));
      case Sight.Tried _, Sight.Untried _ -> Optional.empty();
    };
  }

  /** What it does not tell, as far as that is known since it came up. */
  private Sight sight() {
    Tried tried = last;
    return tried == null || isNew() ? new Sight.Untried() : tried.sight;
  }

  /** Whether it has not been tried since it came up. */
  private boolean isNew() {
    Tried tried = last;
    return tried == null || !tried.since.equals(service.status().since());
  }

  /** Whether it may be another one than it was when it was tried. */
  private boolean isDue() {
    Tried tried = last;
    return tried == null
        || isNew()
        || !tried.tag.equals(service.tag())
        || System.nanoTime() - tried.at > TRIED_EVERY;
  }

  /**
   * In the background, and also before the first body that it called clean is told to be so, since
   * the background may be a second away.
   */
  private void tryOut(BooleanSupplier needed, long deadline) throws InterruptedException {
    if (!needed.getAsBoolean()
        || !trying.tryLock(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
      return;
    }
    try {
      if (needed.getAsBoolean()) {
        Instant since = service.status().since();
        String tag = service.tag();
        Sight seen = look(deadline);
        last = new Tried(seen, since, tag, System.nanoTime());
        tell(seen);
      }
    } finally {
      trying.unlock();
    }
  }

  private Sight look(long deadline) throws InterruptedException {
    Set<Blind> blind = EnumSet.noneOf(Blind.class);
    for (Blind kind : Blind.values()) {
      switch (give(Trial.of(kind), deadline)) {
        case Finding.Nothing _ -> blind.add(kind);
        case Finding.Found _ -> {}
        case Finding.Replaced _ -> {
          // One that changes everything tells nothing by that.
          if (give(Trial.plain(), deadline) instanceof Finding.Replaced) {
            blind.add(kind);
          }
        }
        case Finding.Unable(Fault fault) -> {
          if (saysNothing(fault.reason())) {
            return new Sight.Untried();
          }
        }
      }
    }
    return new Sight.Tried(blind);
  }

  private Finding give(byte[] trial, long deadline) throws InterruptedException {
    return ask(Trial.body(tried, trial), Body.View.RAW, IcapService.Purpose.TRIAL, deadline);
  }

  /** Of the reasons there are, these come from a server that gave no verdict. */
  private static boolean saysNothing(Verdict.Reason reason) {
    return reason == Verdict.Reason.ENGINE_DOWN
        || reason == Verdict.Reason.TIMEOUT
        || reason == Verdict.Reason.SPOOL_FULL;
  }

  private void tell(Sight seen) {
    if (seen instanceof Sight.Untried || seen.blind().equals(saidBlind)) {
      return;
    }
    saidBlind = seen.blind();
    if (saidBlind.isEmpty()) {
      LOG.info(
          "ICAP service {} tells of encrypted archives and of what exceeds its limits.",
          service.url());
    } else {
      LOG.warn(
          "ICAP service {} calls {} clean without having looked, and each record of such a body"
              + " says so: have its scanner alert (where that is clamd, set {} in its"
              + " clamd.conf).",
          service.url(),
          Sight.what(saidBlind),
          Sight.settings(saidBlind));
    }
  }

  private void keepTrying() {
    try {
      while (true) {
        if (service.status().state() == IcapService.State.UP) {
          tryOut(this::isDue, System.nanoTime() + TRIAL_PATIENCE.toNanos());
        }
        Thread.sleep(LOOK_EVERY);
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  @Override
  public void close() {
    keeper.interrupt();
    service.close();
  }
}
