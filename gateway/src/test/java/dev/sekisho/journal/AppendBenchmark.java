package dev.sekisho.journal;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Measures ways to append on this machine's disk: {@code AppendBenchmark FOLDER WAY SECONDS
 * PAUSE_MICROS DISTURBED|QUIET}. WAY is {@code exchange} (the journal, each exchange opened and
 * closed), {@code mapped} (the journal, closed records only), {@code pwrite} (one write per record
 * into an allocated file, another thread forces it each second), {@code ring} (a writer thread
 * writes, the appender waits for its acknowledgement), {@code encode} or {@code nothing}. DISTURBED
 * adds an enemy: a thread that writes and forces 8 MiB again and again on the same disk.
 *
 * <p>Every append is timed. An append can also be late because the machine took the processor away,
 * for which the journal can do nothing. So after each append the same thread does the same work
 * once more into memory that belongs to no file, timed in the same way; how much later the first is
 * than the second is what the journal's doing costs. Without a pause there is no control, so that
 * the speed is the journal's. What the journal's own threads use of the processor stands in a line
 * of its own.
 */
public final class AppendBenchmark {
  private static final long WARM_UP = 200_000;

  /** One way to append one record, whatever that takes. */
  private interface Way extends AutoCloseable {
    void append(Record record) throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
  }

  private AppendBenchmark() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    Files.createDirectories(folder);
    Duration time = Duration.ofSeconds(Long.parseLong(args[2]));
    long pause = Long.parseLong(args[3]) * 1000;
    Thread enemy = Thread.ofPlatform().daemon().unstarted(() -> disturb(folder.resolve("enemy")));
    if (args[4].equals("DISTURBED")) {
      enemy.start();
    }
    try (Way way = open(args[1], folder);
        Way control = args[1].equals("exchange") ? new Twice(new Memory()) : new Memory()) {
      warmUp(way);
      warmUp(control);
      String name = args[1] + " " + args[4];
      if (pause > 0) {
        inTurns(name, way, control, time, pause);
      } else {
        fullSpeed(name, way, time);
      }
    }
  }

  private static Way open(String way, Path folder) throws IOException {
    return switch (way) {
      case "exchange" -> new Exchange(folder.resolve("journal"));
      case "mapped" -> new Mapped(folder.resolve("journal"));
      case "pwrite" -> new Pwrite(folder.resolve("pwrite"));
      case "ring" -> new Ring(folder.resolve("ring"));
      case "nothing" -> new Nothing();
      case "encode" -> new Encode();
      case "memory" -> new Memory();
      default -> throw new IllegalArgumentException(way);
    };
  }

  private static void warmUp(Way way) throws IOException, InterruptedException {
    Record record = Samples.finish(Samples.get());
    for (long i = 0; i < WARM_UP; i++) {
      way.append(record);
    }
  }

  private static void inTurns(String name, Way way, Way control, Duration time, long pauseNanos)
      throws Exception {
    Record record = Samples.finish(Samples.get());
    Latencies appends = new Latencies();
    Latencies controls = new Latencies();
    Threads threads = Threads.now();
    long begin = System.nanoTime();
    long next = begin;
    long last = begin;
    while (last - begin < time.toNanos()) {
      long before = System.nanoTime();
      way.append(record);
      long between = System.nanoTime();
      control.append(record);
      last = System.nanoTime();
      appends.add(between - before);
      controls.add(last - between);
      next = Math.max(next + pauseNanos, last);
      while (System.nanoTime() < next) {
        Thread.onSpinWait();
      }
    }
    Threads.now().printSince(threads, appends.count);
    System.out.printf(
        Locale.ROOT,
        "%s: %,d appends, %,.0f/s; %s%n",
        name,
        appends.count,
        appends.count * 1e9 / (last - begin),
        appends);
    System.out.printf(
        Locale.ROOT, "the same into plain memory: %,d appends; %s%n", controls.count, controls);
  }

  private static void fullSpeed(String name, Way way, Duration time) throws Exception {
    Record record = Samples.finish(Samples.get());
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Latencies latencies = new Latencies();
    Threads others = Threads.now();
    long allocated = threads.getCurrentThreadAllocatedBytes();
    long faults = faults();
    long processor = threads.getCurrentThreadCpuTime();
    long begin = System.nanoTime();
    long last = begin;
    while (last - begin < time.toNanos()) {
      way.append(record);
      long now = System.nanoTime();
      latencies.add(now - last);
      last = now;
    }
    double cost = (double) (threads.getCurrentThreadCpuTime() - processor) / latencies.count;
    faults = faults() - faults;
    double bytes =
        (double) (threads.getCurrentThreadAllocatedBytes() - allocated) / latencies.count;
    Threads.now().printSince(others, latencies.count);
    System.out.printf(
        Locale.ROOT,
        "%s: %,d appends, %,.0f/s, %.1f B allocated and %,.0f ns of processor each, %d page faults; %s%n",
        name,
        latencies.count,
        latencies.count * 1e9 / (last - begin),
        bytes,
        cost,
        faults,
        latencies);
  }

  /** What each of the journal's threads has used of the processor, in nanoseconds. */
  private record Threads(Map<String, Long> used) {
    static Threads now() throws IOException {
      Map<String, Long> used = new TreeMap<>();
      try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
        for (Path task : tasks.toList()) {
          String name = Files.readString(task.resolve("comm")).strip();
          if (name.startsWith("journal-")) {
            String times = Files.readString(task.resolve("schedstat"));
            used.put(name, Long.parseLong(times.substring(0, times.indexOf(' '))));
          }
        }
      }
      return new Threads(used);
    }

    void printSince(Threads before, long appends) {
      used.forEach((name, nanos) ->
          System.out.printf(
              Locale.ROOT,
              "%s: %,.0f ns of processor for each append%n",
              name,
              (double) (nanos - before.used.getOrDefault(name, 0L)) / appends));
    }
  }

  /** Page faults of this thread, minor and major (proc_pid_stat(5), fields 10 and 12). */
  private static long faults() throws IOException {
    String stat = Files.readString(Path.of("/proc/thread-self/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[7]) + Long.parseLong(fields[9]);
  }

  private static void disturb(Path file) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(8 << 20);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (long i = 0; ; i++) {
        out.write(bytes.clear(), (i % 32) * (8L << 20));
        out.force(true);
        if (i % 32 == 31) {
          out.truncate(0);
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Powers of two with eight steps each, in nanoseconds. */
  private static final class Latencies {
    private final long[] counts = new long[64 * 8];
    private long count;
    private long most;

    void add(long nanos) {
      count++;
      most = Math.max(most, nanos);
      counts[bucket(nanos)]++;
    }

    private static int bucket(long nanos) {
      int power = 63 - Long.numberOfLeadingZeros(Math.max(8, nanos));
      return power * 8 + (int) (nanos >>> power - 3 & 7);
    }

    private double quantile(double q) {
      long wanted = (long) Math.ceil(count * q);
      long seen = 0;
      for (int i = 0; i < counts.length; i++) {
        seen += counts[i];
        if (seen >= wanted) {
          return Math.scalb(1.0 + (i % 8 + 1) / 8.0, i / 8) / 1000;
        }
      }
      return most / 1000.0;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "p50 %.2f  p99 %.2f  p99.9 %.1f  p99.99 %.1f  p99.999 %.1f  max %.1f us",
          quantile(0.5),
          quantile(0.99),
          quantile(0.999),
          quantile(0.9999),
          quantile(0.99999),
          most / 1000.0);
    }
  }

  /** The rhythm without the work: what the machine itself does to a thread. */
  private static final class Nothing implements Way {
    @Override
    public void append(Record record) {}

    @Override
    public void close() {}
  }

  /** Only the encoding and the checksum. */
  private static final class Encode implements Way {
    private final RecordEncoder encoder =
        new RecordEncoder(new Masking(java.util.List.of("token")), JournalConfig.Detail.URL);

    @Override
    public void append(Record record) {
      encoder.seal(encoder.whole(record, SegmentFormat.Type.CLOSED), 1);
    }

    @Override
    public void close() {}
  }

  /**
   * The encoding, the checksum and the stores, into memory of the process, that is there: all that
   * an append does without the journal's files and threads.
   */
  private static final class Memory implements Way {
    private final byte[] memory = new byte[16 << 20];
    private final RecordEncoder encoder =
        new RecordEncoder(new Masking(java.util.List.of("token")), JournalConfig.Detail.URL);
    private int position;

    @Override
    public void append(Record record) {
      int length = encoder.whole(record, SegmentFormat.Type.CLOSED);
      encoder.seal(length, 1);
      if (position + length > memory.length) {
        position = 0;
      }
      System.arraycopy(encoder.bytes(), 0, memory, position, length);
      position += SegmentFormat.aligned(length);
    }

    @Override
    public void close() {}
  }

  private record Twice(Way way) implements Way {
    @Override
    public void append(Record record) throws IOException, InterruptedException {
      way.append(record);
      way.append(record);
    }

    @Override
    public void close() throws IOException {
      way.close();
    }
  }

  /** An exchange that is opened and, at once, closed. */
  private record Exchange(Mapped journal) implements Way {
    Exchange(Path folder) throws IOException {
      this(new Mapped(folder));
    }

    @Override
    public void append(Record record) {
      record.endMicros = -1;
      record.durationMicros = -1;
      record.originIp = null;
      record.status = -1;
      record.bytesUp = -1;
      record.bytesDown = -1;
      record.contentType = null;
      record.fate = null;
      while (journal.appender.opened(record) instanceof Journal.Appended.Refused) {
        Thread.onSpinWait();
      }
      journal.append(Samples.finish(record));
    }

    @Override
    public void close() {
      journal.close();
    }
  }

  private static final class Mapped implements Way {
    private final SegmentJournal journal;
    private final Journal.Appender appender;

    Mapped(Path folder) throws IOException {
      JournalConfig.Sync second = new JournalConfig.Sync.Every(Duration.ofSeconds(1));
      journal = SegmentJournal.open(withoutKeeping(Samples.config(64 << 20, second)), folder);
      appender = journal.appender();
    }

    /** Hours of full speed would fill the disk. */
    private static JournalConfig withoutKeeping(JournalConfig config) {
      return new JournalConfig(
          config.detail(),
          config.onFailure(),
          config.sync(),
          config.masking(),
          new JournalConfig.Keeping(Duration.ofDays(1), 1L << 30),
          config.space());
    }

    @Override
    public void append(Record record) {
      while (appender.closed(record) instanceof Journal.Appended.Refused) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void close() {
      System.out.println(
          "  dropped " + journal.counters().dropped() + ", syncs " + journal.counters().syncs());
      journal.close();
    }
  }

  /** An allocated file of 1 GiB, written round and round, so that allocation plays no part. */
  private static final class Pwrite implements Way {
    private static final long SIZE = 1L << 30;

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(SegmentFormat.MOST_ENTRY);
    private final RecordEncoder encoder =
        new RecordEncoder(new Masking(java.util.List.of("token")), JournalConfig.Detail.URL);
    private long position;

    Pwrite(Path file) throws IOException {
      Files.deleteIfExists(file);
      new Kernel().create(file, SIZE);
      channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      Thread.ofPlatform().daemon().start(this::force);
    }

    private void force() {
      while (channel.isOpen()) {
        LockSupport.parkNanos(1_000_000_000L);
        try {
          channel.force(false);
        } catch (IOException _) {
          return;
        }
      }
    }

    @Override
    public void append(Record record) throws IOException {
      int length = encoder.whole(record, SegmentFormat.Type.CLOSED);
      encoder.seal(length, 1);
      buffer.clear().put(encoder.bytes(), 0, SegmentFormat.aligned(length)).flip();
      position += channel.write(buffer, position % SIZE);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** What it takes until another thread has written the record and said so. */
  private static final class Ring implements Way {
    private final Pwrite writer;
    private final ArrayBlockingQueue<Record> queue = new ArrayBlockingQueue<>(1024);
    private final AtomicLong acknowledged = new AtomicLong();
    private long appended;

    Ring(Path file) throws IOException {
      writer = new Pwrite(file);
      Thread.ofPlatform().daemon().start(() -> call(this::write));
    }

    private static void call(Callable<Void> work) {
      try {
        work.call();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    private Void write() throws Exception {
      while (true) {
        writer.append(queue.take());
        acknowledged.incrementAndGet();
      }
    }

    @Override
    public void append(Record record) throws InterruptedException {
      queue.put(record);
      appended++;
      while (acknowledged.get() < appended) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }
}
