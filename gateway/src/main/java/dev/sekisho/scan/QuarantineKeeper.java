package dev.sekisho.scan;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the quarantine, and empties it by age and by size, the oldest first. What it cannot keep it
 * says in the log; the verdict stands in any case.
 */
final class QuarantineKeeper implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(QuarantineKeeper.class);

  /** What a file takes at least, so that very small ones are not free. */
  private static final long BLOCK = 4096;

  private static final Duration EVERY = Duration.ofMinutes(10);

  private record Held(String record, long bytes, Instant since) {}

  private final Quarantine quarantine;
  private final QuarantineConfig config;
  private final InstantSource clock;
  private final Deque<Held> held = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Thread sweeper;
  private long total;

  QuarantineKeeper(Quarantine quarantine, QuarantineConfig config, InstantSource clock) {
    this.quarantine = quarantine;
    this.config = config;
    this.clock = clock;
    try {
      quarantine.sweep();
      for (String record : quarantine.records()) {
        Path file = quarantine.file(record);
        add(
            new Held(
                record, onDisk(Files.size(file)), Files.getLastModifiedTime(file).toInstant()));
      }
      makeRoom(0);
    } catch (IOException e) {
      LOG.warn("The quarantine in {} cannot be read ({}).", quarantine.folder(), e.toString());
    }
    this.sweeper = Thread.ofVirtual().name("quarantine").start(this::sweepNowAndThen);
  }

  /**
   * Keeps a body before anybody lets go of it. Blocks, and never fails. On a thread of its own,
   * which nobody interrupts: what was found is worth keeping when its client has left.
   */
  void keep(Scanner.Subject subject, Body.Source source, Verdict.Infected verdict) {
    Thread keeping =
        Thread.ofVirtual().name("quarantine-keep").start(() -> keepNow(subject, source, verdict));
    boolean interrupted = false;
    while (keeping.isAlive()) {
      try {
        keeping.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void keepNow(Scanner.Subject subject, Body.Source source, Verdict.Infected verdict) {
    String record = subject.record();
    // Sealed it is a little longer: its header, and 20 bytes for each frame.
    long bytes = onDisk(source.length() + source.length() / 1024 + BLOCK / 2);
    if (bytes > config.limit()) {
      LOG.warn(
          "The infected body of record {} is longer than scan.quarantine.limit and was not kept.",
          record);
      return;
    }
    try {
      var item =
          new QuarantineItem(
              record,
              // Its path may be more than the rule lets anybody write down.
              subject.host().text(),
              clock.instant(),
              subject.direction(),
              verdict.engine(),
              verdict.name(),
              subject.contentCoding() == null ? "" : subject.contentCoding(),
              HexFormat.of().formatHex(source.sha256()),
              source.length());
      makeRoom(bytes);
      add(new Held(record, onDisk(quarantine.write(item, source)), clock.instant()));
      LOG.info("The infected body of record {} ({}) is in quarantine.", record, verdict.name());
      makeRoom(0);
    } catch (IOException | RuntimeException e) {
      LOG.warn(
          "The infected body of record {} could not be kept in {} ({}).",
          record,
          quarantine.folder(),
          e.toString());
    }
  }

  private static long onDisk(long bytes) {
    return Math.ceilDiv(Math.max(1, bytes), BLOCK) * BLOCK;
  }

  private void add(Held one) {
    lock.lock();
    try {
      held.add(one);
      total += one.bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Deletes what is too old, and as much as is needed for so many bytes more. */
  private void makeRoom(long more) throws IOException {
    lock.lock();
    try {
      Instant oldest = clock.instant().minus(config.keep());
      while (!held.isEmpty()
          && (total + more > config.limit() || held.getFirst().since.isBefore(oldest))) {
        Held first = held.getFirst();
        delete(first, first.since.isBefore(oldest) ? "keep" : "limit");
        held.removeFirst();
        total -= first.bytes;
      }
    } finally {
      lock.unlock();
    }
  }

  private void delete(Held one, String setting) throws IOException {
    try {
      quarantine.remove(one.record);
      LOG.info(
          "The infected body of record {}, kept since {}, was deleted (scan.quarantine.{}).",
          one.record,
          one.since,
          setting);
    } catch (NoSuchFileException _) {
      // removed by command
    }
  }

  private void sweepNowAndThen() {
    try {
      while (true) {
        Thread.sleep(EVERY);
        sweep();
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  /** What fails once may go the next time. */
  private void sweep() {
    try {
      makeRoom(0);
    } catch (IOException e) {
      LOG.warn("The quarantine in {} cannot be emptied ({}).", quarantine.folder(), e.toString());
    }
  }

  @Override
  public void close() {
    sweeper.interrupt();
  }
}
