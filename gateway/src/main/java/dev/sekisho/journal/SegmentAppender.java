package dev.sekisho.journal;

import static dev.sekisho.journal.RecordEncoder.TERSE_ENTRY;
import static dev.sekisho.journal.SegmentFormat.HEADER;
import static dev.sekisho.journal.SegmentFormat.MOST_ENTRY;
import static dev.sekisho.journal.SegmentFormat.PAGE;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's way into the journal. It owns a current segment and finds the next one prepared
 * by another thread.
 *
 * <p>Space is a promise: for each record that is opened, the space of a terse end is set aside in
 * segments that are already allocated, and {@link #opened} refuses when there is not enough for
 * that. So an end is always written, whatever the disk says in between; and when space is short it
 * may be terse (the opened record is there in full).
 */
final class SegmentAppender implements Journal.Appender {
  /** How far pages are touched ahead of the loop. */
  static final int WINDOW = 1 << 20;

  /**
   * So many exchanges that were opened last find their text when they are closed; those that take
   * longer are encoded again. A power of two.
   */
  private static final int OPENED_TEXTS = 256;

  private static final Logger LOG = LoggerFactory.getLogger(SegmentAppender.class);
  private static final Journal.Appended.Written WRITTEN = new Journal.Appended.Written();

  /** What an appender needs besides its own state. */
  record Shared(Condition condition, JournalConfig config) {}

  private final int loop;
  private final Condition condition;
  private final Journal.OnFailure onFailure;
  private final boolean always;
  private final RecordEncoder encoder;
  private final @Nullable OpenedText[] openedTexts = new OpenedText[OPENED_TEXTS];
  private int nextOpenedText;
  private final Thread touching;

  private volatile @Nullable MappedSegment current;
  private final Queue<MappedSegment> spares = new ConcurrentLinkedQueue<>();
  private final AtomicLong spareRoom = new AtomicLong();
  private final Queue<MappedSegment> full = new ConcurrentLinkedQueue<>();
  private volatile boolean sealWanted;

  private final AtomicLong reserved = new AtomicLong();
  private final AtomicLong opened = new AtomicLong();
  private final AtomicLong closed = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private long rolls;
  private int wakeAt;
  private boolean saidDropped;

  SegmentAppender(int loop, Shared shared, Thread touching) {
    this.loop = loop;
    this.condition = shared.condition;
    this.onFailure = shared.config.onFailure();
    this.always = shared.config.sync() instanceof JournalConfig.Sync.Always;
    this.encoder =
        new RecordEncoder(
            new Masking(shared.config.masking().parameters()), shared.config.detail());
    this.touching = touching;
  }

  // ---- the event loop

  @Override
  public Journal.Appended opened(Record record) {
    String disk = condition.disk();
    if (disk != null) {
      return refuse(disk);
    }
    OpenedText text = nextOpenedText();
    int length = encoder.opened(record, text);
    long needed = TERSE_ENTRY + SegmentFormat.aligned(length);
    if (reserved.getPlain() + needed > room()) {
      LockSupport.unpark(touching);
      return refuse(noSpace());
    }
    MappedSegment segment = write(length);
    segment.recordOpened();
    record.openedIn = segment;
    record.openedText = text;
    nextOpenedText++;
    reserved.lazySet(reserved.getPlain() + TERSE_ENTRY);
    count(opened, 1);
    return durable(segment);
  }

  @Override
  public Journal.Appended closed(Record record) {
    int length = encodeClosed(record);
    MappedSegment openedIn = record.openedIn;
    if (openedIn == null) {
      return closedUnopened(length);
    }
    long others = reserved.getPlain() - TERSE_ENTRY;
    if (SegmentFormat.aligned(length) > TERSE_ENTRY
        && others + SegmentFormat.aligned(length) > room()) {
      length = encoder.terse(record, SegmentFormat.Type.CLOSED);
    }
    MappedSegment segment = write(length);
    record.openedIn = null;
    openedIn.recordEnded();
    reserved.lazySet(others);
    count(closed, 1);
    return durable(segment);
  }

  private OpenedText nextOpenedText() {
    int at = nextOpenedText & OPENED_TEXTS - 1;
    OpenedText text = openedTexts[at];
    if (text == null) {
      text = new OpenedText();
      openedTexts[at] = text;
    }
    return text;
  }

  private int encodeClosed(Record record) {
    OpenedText text = record.openedText;
    if (text == null || !text.isOf(record)) {
      return encoder.whole(record, SegmentFormat.Type.CLOSED);
    }
    record.openedText = null;
    text.forget();
    return encoder.closed(record, text);
  }

  private Journal.Appended closedUnopened(int length) {
    if (reserved.getPlain() + SegmentFormat.aligned(length) > room()) {
      count(dropped, 1);
      if (!saidDropped) {
        saidDropped = true;
        LOG.error(
            "There is no space to write down exchanges that were not let out: {}. They are counted only, until there is.",
            noSpace());
      }
      return new Journal.Appended.Refused(noSpace(), onFailure);
    }
    saidDropped = false;
    MappedSegment segment = write(length);
    count(closed, 1);
    return durable(segment);
  }

  private Journal.Appended refuse(String reason) {
    count(refused, 1);
    return new Journal.Appended.Refused(reason, onFailure);
  }

  private String noSpace() {
    String space = condition.space();
    return space != null ? space : "the next segment of the journal is not ready yet";
  }

  private MappedSegment write(int length) {
    int aligned = SegmentFormat.aligned(length);
    MappedSegment segment = current;
    if (segment != null && sealWanted && room() - reserved.getPlain() > MOST_ENTRY + PAGE) {
      sealWanted = false;
      segment.skipPage();
    }
    if (segment == null || !segment.fits(aligned)) {
      segment = roll(segment);
    }
    encoder.seal(length, segment.nextNumber());
    segment.append(encoder.bytes(), length);
    count(bytes, aligned);
    if (segment.position() > wakeAt) {
      wakeAt = segment.position() + Math.min(WINDOW / 2, segment.capacity() / 8);
      LockSupport.unpark(touching);
    }
    return segment;
  }

  /** The caller has made sure by {@link #room} that there is a next one. */
  private MappedSegment roll(@Nullable MappedSegment old) {
    MappedSegment next = spares.poll();
    if (next == null) {
      throw new IllegalStateException("the journal's accounting of space is wrong");
    }
    spareRoom.addAndGet(-usable(next));
    next.begin(++rolls);
    current = next;
    if (old != null) {
      full.add(old);
    }
    wakeAt = 0;
    return next;
  }

  /**
   * With {@code sync: always}, what was written counts only when the disk has it. Otherwise it
   * stands in the journal nevertheless, and an opened record gets its end like any other.
   */
  private Journal.Appended durable(MappedSegment segment) {
    if (!always) {
      return WRITTEN;
    }
    try {
      segment.force(segment.position());
      condition.diskWorks();
      return WRITTEN;
    } catch (RuntimeException e) {
      String problem = String.valueOf(e.getMessage());
      condition.diskFails(problem);
      return refuse(problem);
    }
  }

  private static void count(AtomicLong counter, long more) {
    counter.lazySet(counter.getPlain() + more);
  }

  // ---- any thread

  /**
   * Bytes that are sure to be there for entries: the greatest entry is left out at each end of a
   * segment, where it may not fit.
   */
  private long room() {
    MappedSegment segment = current;
    long here =
        segment == null
            ? 0
            : Math.max(0, segment.capacity() - segment.published() - PAGE - MOST_ENTRY);
    return here + spareRoom.get();
  }

  private static long usable(MappedSegment spare) {
    return spare.capacity() - HEADER - PAGE - MOST_ENTRY;
  }

  int loop() {
    return loop;
  }

  /** Whether another ordinary exchange would be written down. */
  boolean hasRoom() {
    return reserved.get() + TERSE_ENTRY + MOST_ENTRY <= room();
  }

  @Nullable MappedSegment current() {
    return current;
  }

  /** A segment that was rolled away and is not yet finished, or null. */
  @Nullable MappedSegment nextFull() {
    return full.poll();
  }

  /** How many further segments this loop should find prepared. */
  int sparesMissing(long segmentSize) {
    long wanted = 1 + (2 * reserved.get() + segmentSize / 2) / segmentSize;
    return (int) (wanted - spares.size());
  }

  void addSpare(MappedSegment spare) {
    spares.add(spare);
    spareRoom.addAndGet(usable(spare));
  }

  @Nullable MappedSegment takeSpare() {
    MappedSegment spare = spares.poll();
    if (spare != null) {
      spareRoom.addAndGet(-usable(spare));
    }
    return spare;
  }

  /** Asks the loop to go on in a new page. */
  void askSeal() {
    sealWanted = true;
  }

  boolean sealPending() {
    return sealWanted;
  }

  /** Synced is counted by who does it. */
  Journal.Counters counters() {
    return new Journal.Counters(
        opened.get(), closed.get(), refused.get(), bytes.get(), 0, dropped.get());
  }
}
