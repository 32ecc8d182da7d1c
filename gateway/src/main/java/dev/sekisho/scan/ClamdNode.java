package dev.sekisho.scan;

import dev.sekisho.scan.EngineStatus.Signed;
import dev.sekisho.scan.EngineStatus.State;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
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

  private final ClamdAddress address;
  private volatile EngineStatus status;
  private final AtomicInteger unanswered = new AtomicInteger();
  private volatile boolean silent;
  private volatile boolean smallLimitSaid;

  ClamdNode(ClamdAddress address) {
    this.address = address;
    this.status =
        new EngineStatus(name(), State.UNKNOWN, Instant.now(), "It has not been asked yet.", null);
  }

  String name() {
    return "clamd at " + address;
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

  /**
   * Gives it one view of a body.
   *
   * @param limit {@code scan.limit}, for the message that its own is smaller
   */
  ClamdReply ask(Reading body, long limit, long deadline) throws InterruptedException {
    try {
      ClamdSession.Answer answer = ClamdSession.scan(address.socket(), body, deadline);
      ClamdReply reply = ClamdReply.parse(answer.reply());
      if (reply instanceof ClamdReply.Ok && !answer.ended()) {
        return failed("it called the body clean before it had all of it");
      }
      return switch (reply) {
        case ClamdReply.Ok _, ClamdReply.Found _ -> {
          up();
          yield reply;
        }
        case ClamdReply.TooLarge _ -> {
          up();
          tellSmallLimit(answer.sent(), limit);
          yield reply;
        }
        case ClamdReply.Failed failed -> failed(failed.detail());
      };
    } catch (ClamdSilentException e) {
      String detail = e.getMessage() == null ? "" : e.getMessage();
      return unanswered.incrementAndGet() >= UNANSWERED
          ? failed(detail)
          : new ClamdReply.Failed(detail);
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return failed(e.getMessage());
    }
  }

  /** Asks for its version, in the background. */
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
      become(State.UP, Printable.text(version, 200), signed(version));
    } catch (ClamdSilentException e) {
      silent = true;
      failed(e.getMessage());
    } catch (IOException e) {
      silent = false;
      failed(e.getMessage());
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

  private ClamdReply failed(@Nullable String what) {
    String detail = Printable.text(what == null ? "it failed" : what, 300);
    become(State.DOWN, detail, null);
    return new ClamdReply.Failed(detail);
  }

  private synchronized void become(State state, String detail, @Nullable Signed signatures) {
    EngineStatus before = status;
    Instant since = before.state() == state ? before.since() : Instant.now();
    status = new EngineStatus(name(), state, since, detail, signatures);
    if (before.state() != state) {
      if (state == State.DOWN) {
        LOG.warn("{} does not scan: {}", name(), detail);
      } else {
        LOG.info("{} scans: {}", name(), detail);
      }
    }
  }

  private void tellSmallLimit(long sent, long limit) {
    if (sent <= limit && !smallLimitSaid) {
      smallLimitSaid = true;
      LOG.warn(
          "{} refuses bodies that scan.limit ({}) lets through: raise StreamMaxLength in its"
              + " clamd.conf to ten times scan.limit.",
          name(),
          Size.text(limit));
    }
  }
}
