package dev.sekisho.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal from its folder, also while a gateway writes to it. Records of one event loop
 * come in the order in which they were written, those of several are merged by time. Each exchange
 * is given once: by its end, or, when it has none yet, by its opened record after all the others.
 * Held in memory are only the records that are open. Not thread-safe; reading needs no lock.
 */
public final class JournalReader implements Closeable {
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Path folder;
  private final RecordFilter filter;
  private final Consumer<Damage> damages;
  private final Map<Integer, LoopChain> chains = new TreeMap<>();
  private final Set<Path> known = new HashSet<>();
  private final Map<String, LoggedRecord> open = new LinkedHashMap<>();

  private record Head(LoggedRecord record, LoopChain chain) {}

  /**
   * A reader at the beginning of what the filter may want. Damage that is met is told, and what
   * follows it is read.
   */
  public JournalReader(Path folder, RecordFilter filter, Consumer<Damage> damages) {
    this.folder = folder;
    this.filter = filter;
    this.damages = damages;
  }

  /**
   * Gives every wanted record there is: ended ones by their end, then those that are open, by their
   * start.
   */
  public void read(Consumer<LoggedRecord> sink) throws IOException {
    readEnded(sink);
    open.values().stream()
        .filter(filter::test)
        .sorted(Comparator.comparing(LoggedRecord::start))
        .forEach(sink);
  }

  /**
   * Gives the wanted records that have ended since the last call. Called every {@code 100 ms} it
   * gives each within 200 ms of its end. Records of one call are merged by time, those of several
   * calls are not.
   */
  public void readEnded(Consumer<LoggedRecord> sink) throws IOException {
    findSegments();
    PriorityQueue<Head> heads =
        new PriorityQueue<>(Comparator.comparing(head -> head.record.time()));
    for (LoopChain chain : chains.values()) {
      advance(chain, heads);
    }
    Head head = heads.poll();
    while (head != null) {
      give(head.record, sink);
      advance(head.chain, heads);
      head = heads.poll();
    }
  }

  /**
   * Gives every wanted record, and goes on giving those that end, until the thread is interrupted.
   */
  public void follow(Consumer<LoggedRecord> sink) throws IOException {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        readEnded(sink);
        Thread.sleep(PAUSE);
      } catch (ClosedByInterruptException | InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void advance(LoopChain chain, PriorityQueue<Head> heads) throws IOException {
    @Nullable LoggedRecord record = chain.next();
    if (record != null) {
      heads.add(new Head(record, chain));
    }
  }

  private void give(LoggedRecord record, Consumer<LoggedRecord> sink) {
    switch (record.state()) {
      case OPENED -> open.put(record.id(), record);
      case CLOSED, INTERRUPTED -> {
        open.remove(record.id());
        if (filter.test(record)) {
          sink.accept(record);
        }
      }
    }
  }

  /** Adds what is new; leaves out segments that were finished before the filter's time begins. */
  private void findSegments() throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    Map<Path, SegmentFormat.Header> fresh = new HashMap<>();
    for (Path file : SegmentFolder.files(folder)) {
      if (known.contains(file)) {
        continue;
      }
      SegmentFormat.Header header = SegmentFolder.header(file);
      if (header == null) {
        tellUnreadable(file);
      } else if (!tooOld(header)) {
        fresh.put(file, header);
      }
      known.add(file);
    }
    fresh.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry ->
            chains
                .computeIfAbsent(entry.getValue().loop(), _ -> new LoopChain(damages))
                .add(new SegmentFolder.Found(entry.getKey(), entry.getValue())));
  }

  /** Unless it was deleted since the folder was listed. */
  private void tellUnreadable(Path file) {
    if (Files.exists(file)) {
      damages.accept(
          new Damage(
              file,
              0,
              SegmentFormat.HEADER,
              Damage.Kind.NO_SEGMENT,
              "this is no segment, or its header is damaged"));
    }
  }

  private boolean tooOld(SegmentFormat.Header header) {
    return filter.since() != null
        && header.settled()
        && header.finishedMicros() > 0
        && header.finishedMicros() < IsoTime.micros(filter.since());
  }

  @Override
  public void close() throws IOException {
    for (LoopChain chain : chains.values()) {
      chain.close();
    }
  }
}
