package dev.sekisho.scan;

import dev.sekisho.scan.EngineStatus.Blind;
import dev.sekisho.scan.EngineStatus.Signed;
import dev.sekisho.scan.EngineStatus.State;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One clamd: where it is, how it is, and one question at a time to it. */
final class ClamdNode {
  private static final Logger LOG = LoggerFactory.getLogger(ClamdNode.class);

  /** As ctime(3) writes it, with the blanks of a day below ten made one. */
  private static final DateTimeFormatter CTIME =
      DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss yyyy", Locale.ROOT);

  /**
   * One body may take an engine for ever, and whoever sends it must not be able to switch scanning
   * off for everybody: so many in a row make it down.
   */
  private static final int UNANSWERED = 3;

  /** A clamd that was restarted between two probes may have another configuration. */
  private static final long TRIED_EVERY = TimeUnit.SECONDS.toNanos(60);

  private static final long NEVER_REFUSED = Long.MAX_VALUE;

  private final ClamdAddress address;
  private final int sessions;
  private volatile EngineStatus status;
  private volatile Sight sight = new Sight.Untried();

  /** What it said to VERSION since it came up; empty before. */
  private volatile String heard = "";

  /** Bodies of so many bytes it has refused; a longer one need not be sent to it. */
  private volatile long refusedFrom = NEVER_REFUSED;

  private final AtomicInteger unanswered = new AtomicInteger();
  private volatile boolean silent;
  private volatile boolean smallLimitSaid;
  private final ReentrantLock trying = new ReentrantLock();
  private volatile long triedAt = System.nanoTime();
  private Set<Blind> saidBlind = Set.of();

  /**
   * @param sessions how many bodies may be given to it at a time
   */
  ClamdNode(ClamdAddress address, int sessions) {
    this.address = address;
    this.sessions = sessions;
    this.status =
        new EngineStatus(name(), State.UNKNOWN, Instant.now(), "It has not been asked yet.", null);
  }

  String name() {
    return "clamd at " + address;
  }

  int sessions() {
    return sessions;
  }

  EngineStatus status() {
    return status;
  }

  boolean isDown() {
    return status.state() == State.DOWN;
  }

  /** Whether it did not even answer the last probe in time, so that a scan need not wait for it. */
  boolean isSilent() {
    return silent;
  }

  /** Whether it has refused a body that was no longer than this one. */
  Optional<ClamdReply.TooLarge> refuses(long length) {
    long from = refusedFrom;
    return length >= from ? Optional.of(new ClamdReply.TooLarge(from)) : Optional.empty();
  }

  /** What has to be said of a body that it calls clean. */
  Optional<String> caveat() {
    return sight.caveat("clamd");
  }

  /** What its findings rest on; empty while that is not known. */
  Optional<String> version() {
    String version = heard;
    return switch (sight) {
      case Sight.Tried tried when !version.isEmpty() && status.state() == State.UP ->
          Optional.of(version + " blind to [" + tried.words() + "]");
      case Sight.Tried _, Sight.Untried _ -> Optional.empty();
    };
  }

  /**
   * Gives it one view of a body.
   *
   * @param limit {@code scan.limit}, for the message that its own is smaller
   */
  ClamdReply ask(Reading body, long limit, long deadline) throws InterruptedException {
    try {
      ClamdReply reply = give(body, deadline);
      return switch (reply) {
        case ClamdReply.Ok _ -> {
          up();
          tryOutOnce(deadline);
          yield reply;
        }
        case ClamdReply.Found _, ClamdReply.Unseen _ -> {
          up();
          yield reply;
        }
        case ClamdReply.TooLarge(long after) -> {
          up();
          refusedFrom = Math.min(refusedFrom, after);
          tellSmallLimit(after, limit);
          yield reply;
        }
        case ClamdReply.Failed failed -> failed(failed.detail());
      };
    } catch (ClamdSilentException e) {
      String detail = said(e);
      if (unanswered.incrementAndGet() >= UNANSWERED) {
        failed(detail);
      }
      return new ClamdReply.Failed(e.reason(), detail);
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return failed(said(e));
    }
  }

  private ClamdReply give(Reading body, long deadline) throws IOException, InterruptedException {
    ClamdSession.Answer answer = ClamdSession.scan(address.socket(), body, deadline);
    ClamdReply reply = ClamdReply.parse(answer.reply(), answer.announced());
    return reply instanceof ClamdReply.Ok && !answer.ended()
        ? new ClamdReply.Failed("it called the body clean before it had all of it")
        : reply;
  }

  /** Asks for its version and, when that is a new one, tries it; in the background. */
  void probe(Duration patience) throws InterruptedException {
    try {
      String version =
          ClamdSession.version(address.socket(), System.nanoTime() + patience.toNanos());
      if (!version.startsWith("ClamAV ")) {
        failed("it answered '" + Printable.text(version, 100) + "' when asked for its version");
        return;
      }
      silent = false;
      unanswered.set(0);
      String said = Printable.text(version, 200);
      if (!heard.isEmpty() && !said.equals(heard)) {
        sight = new Sight.Untried();
      }
      become(State.UP, said, signed(version));
      heard = said;
      if (System.nanoTime() - triedAt > TRIED_EVERY) {
        sees(tryOut(System.nanoTime() + patience.toNanos()));
      } else {
        tryOutOnce(System.nanoTime() + patience.toNanos());
      }
    } catch (ClamdSilentException e) {
      silent = true;
      failed(said(e));
    } catch (IOException e) {
      silent = false;
      failed(said(e));
    }
  }

  /**
   * Sees to it that it has been tried since it came up: also before the first body that it called
   * clean is told to be so, since a probe may be seconds away.
   */
  private void tryOutOnce(long deadline) throws InterruptedException {
    if (sight instanceof Sight.Tried
        || !trying.tryLock(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
      return;
    }
    try {
      if (sight instanceof Sight.Untried) {
        sees(tryOut(deadline));
      }
    } finally {
      trying.unlock();
    }
  }

  private Sight tryOut(long deadline) throws InterruptedException {
    triedAt = System.nanoTime();
    refusedFrom = NEVER_REFUSED;
    Set<Blind> blind = EnumSet.noneOf(Blind.class);
    for (Blind kind : Blind.values()) {
      byte[] trial = Trial.of(kind);
      try (Reading body = new Reading(() -> new ByteArrayInputStream(trial))) {
        switch (give(body, deadline)) {
          case ClamdReply.Ok _ -> blind.add(kind);
          case ClamdReply.Found _, ClamdReply.Unseen _ -> {}
          case ClamdReply.TooLarge _, ClamdReply.Failed _ -> {
            return new Sight.Untried();
          }
        }
      } catch (IOException _) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        // Whether it is down is for the next probe to say.
        return new Sight.Untried();
      }
    }
    return new Sight.Tried(blind);
  }

  private synchronized void sees(Sight seen) {
    if (status.state() != State.UP || seen instanceof Sight.Untried) {
      return;
    }
    sight = seen;
    become(State.UP, status.detail(), status.signatures());
    if (seen.blind().equals(saidBlind)) {
      return;
    }
    saidBlind = seen.blind();
    if (saidBlind.isEmpty()) {
      LOG.info("{} tells of encrypted archives and of what exceeds its limits.", name());
    } else {
      LOG.warn(
          "{} calls {} clean without having looked, and each record of such a body says so: set {}"
              + " in its clamd.conf.",
          name(),
          Sight.what(saidBlind),
          Sight.settings(saidBlind));
    }
  }

  /**
   * {@code ClamAV 1.4.3/27500/Mon Jan 6 09:36:15 2025}; without signatures of its own only the
   * first part.
   */
  static @Nullable Signed signed(String version) {
    String[] parts = version.split("/", -1);
    if (parts.length != 3) {
      return null;
    }
    try {
      LocalDateTime local = LocalDateTime.parse(parts[2].strip().replaceAll(" +", " "), CTIME);
      return new Signed(
          Printable.text(parts[1], 20), local.atZone(ZoneId.systemDefault()).toInstant());
    } catch (DateTimeException _) {
      return null;
    }
  }

  private void up() {
    unanswered.set(0);
    if (status.state() != State.UP) {
      become(State.UP, "It answers.", null);
    }
  }

  private ClamdReply.Failed failed(String what) {
    String detail = Printable.text(what, 300);
    become(State.DOWN, detail, null);
    return new ClamdReply.Failed(detail);
  }

  private static String said(IOException e) {
    return e.getMessage() == null ? "it failed" : e.getMessage();
  }

  private synchronized void become(State state, String detail, @Nullable Signed signatures) {
    if (state != State.UP) {
      heard = "";
      sight = new Sight.Untried();
      refusedFrom = NEVER_REFUSED;
    }
    EngineStatus before = status;
    Instant since = before.state() == state ? before.since() : Instant.now();
    status = new EngineStatus(name(), state, since, detail, signatures, sight.blind());
    if (before.state() != state) {
      if (state == State.DOWN) {
        LOG.warn("{} does not scan: {}", name(), detail);
      } else {
        LOG.info("{} scans: {}", name(), detail);
      }
    }
  }

  private void tellSmallLimit(long refused, long limit) {
    if (refused <= limit && !smallLimitSaid) {
      smallLimitSaid = true;
      LOG.warn(
          "{} refuses bodies that scan.limit ({}) lets through: raise StreamMaxLength in its"
              + " clamd.conf, and MaxFileSize and MaxScanSize with it.",
          name(),
          Size.text(limit));
    }
  }
}
