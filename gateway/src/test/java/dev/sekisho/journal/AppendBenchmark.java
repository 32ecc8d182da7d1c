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
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures ways to append on this machine's disk: {@code AppendBenchmark FOLDER WAY SECONDS
 * PAUSE_MICROS DISTURBED|QUIET}. WAY is {@code mapped} (the journal), {@code pwrite} (one write per
 * record into an allocated file, another thread forces it each second) or {@code ring} (a writer
 * thread writes, the appender waits for its acknowledgement). DISTURBED adds a process-wide enemy:
 * a thread that writes and forces 8 MiB again and again on the same disk. Prints the cost of one
 * append and how long the slowest took; every append is timed. Stalls of the processor, which
 * another process's load causes, are measured beside it by an empty loop of the same rhythm.
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
    try (Way way = open(args[1], folder)) {
      measure(args[1] + " " + args[4], way, time, pause);
    }
  }

  private static Way open(String way, Path folder) throws IOException {
    return switch (way) {
      case "mapped" -> new Mapped(folder.resolve("journal"));
      case "pwrite" -> new Pwrite(folder.resolve("pwrite"));
      case "ring" -> new Ring(folder.resolve("ring"));
      case "nothing" -> new Nothing();
      case "encode" -> new Encode();
      default -> throw new IllegalArgumentException(way);
    };
  }

  private static void measure(String name, Way way, Duration time, long pauseNanos)
      throws Exception {
    Record record = Samples.finish(Samples.get());
    for (long i = 0; i < WARM_UP; i++) {
      way.append(record);
    }
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = threads.getCurrentThreadAllocatedBytes();
    Latencies latencies = new Latencies();
    long faults = faults();
    long processor = threads.getCurrentThreadCpuTime();
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    long next = begin;
    long count = 0;
    long last = begin;
    while (last < end) {
      long before = System.nanoTime();
      way.append(record);
      last = System.nanoTime();
      latencies.add(last - before);
      count++;
      if (pauseNanos > 0) {
        next = Math.max(next + pauseNanos, last);
        while (System.nanoTime() < next) {
          Thread.onSpinWait();
        }
      }
    }
    double cost = (double) (threads.getCurrentThreadCpuTime() - processor) / count;
    faults = faults() - faults;
    double bytes = (double) (threads.getCurrentThreadAllocatedBytes() - allocated) / count;
    System.out.printf(
        Locale.ROOT,
        "%-20s %,12d appends, %,10.0f/s, %.1f B allocated and %,.0f ns of processor each, %d page faults; %s%n",
        name,
        count,
        count * 1e9 / (last - begin),
        bytes,
        cost,
        faults,
        latencies);
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
