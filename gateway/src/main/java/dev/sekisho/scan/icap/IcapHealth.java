package dev.sekisho.scan.icap;

import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a service is, and the log's line when that changes. */
final class IcapHealth {
  private static final Logger LOG = LoggerFactory.getLogger(IcapHealth.class);

  /**
   * One body may take a server for ever, and whoever sends it must not be able to switch scanning
   * off for everybody: so many in a row make it down.
   */
  private static final int UNANSWERED = 3;

  private final String name;
  private IcapService.Status status =
      new IcapService.Status(
          IcapService.State.UNKNOWN, Instant.now(), "It has not been asked yet.");
  private int unanswered;

  IcapHealth(String name) {
    this.name = name;
  }

  synchronized IcapService.Status status() {
    return status;
  }

  /** It said something that can be believed. */
  synchronized void answered() {
    unanswered = 0;
    if (status.state() != IcapService.State.UP) {
      become(IcapService.State.UP, "It answers.");
    }
  }

  /** It said what it is. */
  synchronized void answered(String detail) {
    unanswered = 0;
    become(IcapService.State.UP, detail);
  }

  synchronized void failed(IcapAnswer.Failure failure, String detail) {
    switch (failure) {
      case DOWN -> become(IcapService.State.DOWN, detail);
      case TIMEOUT -> {
        if (++unanswered >= UNANSWERED) {
          become(IcapService.State.DOWN, detail);
        }
      }
      case BUSY -> {
        // It does what it can.
      }
    }
  }

  private void become(IcapService.State state, String detail) {
    IcapService.State before = status.state();
    Instant since = before == state ? status.since() : Instant.now();
    status = new IcapService.Status(state, since, detail);
    if (before != state) {
      switch (state) {
        case DOWN -> LOG.warn("{} does not scan: {}", name, detail);
        case UP -> LOG.info("{} scans: {}", name, detail);
        case UNKNOWN -> {
          // Nobody comes back to that.
        }
      }
    }
  }
}
