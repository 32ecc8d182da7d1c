package dev.sekisho.app;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets event loops go first where there are fewer cores than work. The threads that carry virtual
 * threads (minting, verifying, scanning, whatever waits), those of handshakes and those of the JIT
 * compiler are made nicer, and loops ask for short turns: from Linux 6.12 on, who asks for a short
 * turn may interrupt who has a long one, instead of waiting for its end. A request that finds its
 * loop busy with nothing is then not kept waiting by a certificate that somebody else needs. Linux
 * counts both by thread (sched(7)), and anybody may ask.
 */
final class Background implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Background.class);

  /** A ninth of the weight of a loop, when both want the same core. */
  private static final int WAITED_FOR = 10;

  /** A third of it: what is not compiled keeps the core for longer than the compiler does. */
  private static final int COMPILING = 5;

  /** The shortest that the kernel gives, in nanoseconds; its own is some milliseconds. */
  private static final long TURN = 100_000;

  /**
   * struct sched_attr in its first form (sched_setattr(2)): 48 bytes, niceness and turn in the
   * middle.
   */
  private static final int ATTRIBUTES = 48;

  private static final int NICE_AT = 16;
  private static final int RUNTIME_AT = 24;

  /** Threads of these kinds come and go with the load. */
  private static final Duration EVERY = Duration.ofSeconds(1);

  private static final Path TASKS = Path.of("/proc/self/task");

  /** As the JVM names them; the kernel keeps fifteen characters. */
  private static final Map<String, Kind> KINDS =
      Map.of(
          "loop-", Kind.LOOP,
          "ForkJoinPool-1-", Kind.WORK,
          "handshake-", Kind.WORK,
          "C1 CompilerThre", Kind.COMPILER,
          "C2 CompilerThre", Kind.COMPILER);

  /** The C library has no function for it everywhere. Numbers of the calls by architecture. */
  private static final Map<String, Long> SCHED_SETATTR = Map.of("amd64", 314L, "aarch64", 274L);

  private final MethodHandle getpriority;
  private final MethodHandle setpriority;
  private final MethodHandle syscall;
  private final OptionalLong schedSetattr;
  private final Set<Integer> seen = new HashSet<>();
  private final Thread thread;

  private enum Kind {
    LOOP,
    WORK,
    COMPILER,
    OTHER
  }

  private Background() {
    Linker linker = Linker.nativeLinker();
    this.getpriority =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("getpriority"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    this.setpriority =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setpriority"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT));
    this.syscall =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    Long number = SCHED_SETATTR.get(System.getProperty("os.arch"));
    this.schedSetattr = number == null ? OptionalLong.empty() : OptionalLong.of(number);
    this.thread = Thread.ofPlatform().daemon().name("background").unstarted(this::keepUp);
  }

  static Background start() {
    Background background = new Background();
    background.thread.start();
    return background;
  }

  private void keepUp() {
    try {
      while (true) {
        lookAround();
        Thread.sleep(EVERY);
      }
    } catch (InterruptedException _) {
      // closed
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warn("Threads keep their priorities: {}", e.getMessage());
    }
  }

  private void lookAround() throws IOException {
    Set<Integer> living = new HashSet<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        int id = Integer.parseInt(task.getFileName().toString());
        living.add(id);
        // A thread has its name a moment after it has begun, so others are looked at again.
        switch (kind(task)) {
          case LOOP -> once(id, () -> takeShortTurns(id));
          case WORK -> once(id, () -> makeNicer(id, WAITED_FOR));
          case COMPILER -> once(id, () -> makeNicer(id, COMPILING));
          case OTHER -> {}
        }
      }
    }
    seen.retainAll(living);
  }

  private void once(int thread, Runnable what) {
    if (seen.add(thread)) {
      what.run();
    }
  }

  private static Kind kind(Path task) {
    try {
      String name = Files.readString(task.resolve("comm")).strip();
      return KINDS.entrySet().stream()
          .filter(kind -> name.startsWith(kind.getKey()))
          .map(Map.Entry::getValue)
          .findAny()
          .orElse(Kind.OTHER);
    } catch (IOException _) {
      // It has ended meanwhile.
      return Kind.OTHER;
    }
  }

  private void makeNicer(int thread, int niceness) {
    try {
      // PRIO_PROCESS; a failure leaves the thread as it was, which slows nothing down.
      int _ = (int) setpriority.invokeExact(0, thread, niceness);
    } catch (Throwable e) {
      throw new IllegalStateException("setpriority(2) cannot be called", e);
    }
  }

  /** SCHED_OTHER and niceness as they were; kernels that do not know of turns change nothing. */
  private void takeShortTurns(int thread) {
    if (schedSetattr.isEmpty()) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
      attributes.set(ValueLayout.JAVA_INT, 0, ATTRIBUTES);
      attributes.set(ValueLayout.JAVA_INT, NICE_AT, (int) getpriority.invokeExact(0, thread));
      attributes.set(ValueLayout.JAVA_LONG, RUNTIME_AT, TURN);
      long _ = (long) syscall.invokeExact(schedSetattr.getAsLong(), (long) thread, attributes, 0L);
    } catch (Throwable e) {
      throw new IllegalStateException("sched_setattr(2) cannot be called", e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
