package dev.sekisho.journal;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps the journal from writing, if anything; every change is said once in the operational
 * log.
 */
final class Condition {
  private static final Logger LOG = LoggerFactory.getLogger(Condition.class);

  private volatile @Nullable String disk;
  private volatile @Nullable String space;

  /** Why nothing can be made durable, or null. */
  @Nullable String disk() {
    return disk;
  }

  /** Why there is no new segment, or null. */
  @Nullable String space() {
    return space;
  }

  void diskFails(String reason) {
    if (disk == null) {
      LOG.error(
          "The journal cannot be forced to the disk: {}. New exchanges are treated as journal.on-failure says until it can.",
          reason);
    }
    disk = reason;
  }

  void diskWorks() {
    if (disk != null) {
      LOG.info("The journal is forced to the disk again.");
      disk = null;
    }
  }

  void spaceFails(String reason) {
    if (space == null) {
      LOG.error(
          "The journal gets no new segment: {}. When the present ones are full, new exchanges are"
              + " treated as journal.on-failure says. Free disk space; nothing has to be restarted.",
          reason);
    }
    space = reason;
  }

  void spaceThere() {
    if (space != null) {
      LOG.info("The journal has space again.");
      space = null;
    }
  }
}
