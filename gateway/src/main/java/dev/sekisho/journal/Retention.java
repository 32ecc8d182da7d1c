package dev.sekisho.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes whole segments that are due: older than {@code keep}, then the oldest while all together
 * take more than {@code keep-size}. Only settled ones: a segment with a record that is still open
 * stays, whatever its age. Not thread-safe.
 */
final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final Path folder;
  private final JournalConfig.Keeping keeping;
  private final InstantSource clock;
  private Instant next = Instant.MIN;

  Retention(Path folder, JournalConfig.Keeping keeping, InstantSource clock) {
    this.folder = folder;
    this.keeping = keeping;
    this.clock = clock;
  }

  /** Looks at most once a minute. */
  void apply() {
    Instant now = clock.instant();
    if (now.isBefore(next)) {
      return;
    }
    next = now.plus(PAUSE);
    try {
      deleteDue(now);
    } catch (IOException | RuntimeException e) {
      LOG.error("Old segments of the journal cannot be deleted: {}.", e.getMessage());
    }
  }

  private void deleteDue(Instant now) throws IOException {
    long oldest = IsoTime.micros(now) - keeping.age().toSeconds() * 1_000_000L;
    List<SegmentFolder.Found> kept = new ArrayList<>();
    for (SegmentFolder.Found found : SegmentFolder.list(folder)) {
      SegmentFormat.Header header = found.header();
      if (header.settled() && header.finishedMicros() > 0 && header.finishedMicros() < oldest) {
        delete(found.file(), "its last record is older than journal.keep");
      } else {
        kept.add(found);
      }
    }
    if (keeping.size() > 0) {
      deleteExcess(kept);
    }
  }

  private void deleteExcess(List<SegmentFolder.Found> kept) throws IOException {
    long total = 0;
    for (SegmentFolder.Found found : kept) {
      total += Files.size(found.file());
    }
    for (SegmentFolder.Found found : kept) {
      if (total <= keeping.size()) {
        return;
      }
      if (found.header().settled()) {
        total -= Files.size(found.file());
        delete(found.file(), "all segments together are larger than journal.keep-size");
      }
    }
  }

  private static void delete(Path file, String why) throws IOException {
    Files.deleteIfExists(file);
    LOG.info("Deleted {}: {}.", file, why);
  }
}
