package dev.sekisho.app;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets event loops go first where there are fewer cores than work: the threads that carry virtual
 * threads (minting, verifying, scanning, whatever waits) and those of the JIT compiler are made
 * nicer. A request that finds its loop busy with nothing is then not kept waiting by a certificate
 * that somebody else needs. Linux counts niceness by thread (sched(7)); it may always be raised.
 */
final class Background implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Background.class);

  /** A ninth of the weight of a loop, when both want the same core. */
  private static final int NICENESS = 10;

  /** Threads of these kinds come and go with the load. */
  private static final Duration EVERY = Duration.ofSeconds(1);

  private static final Path TASKS = Path.of("/proc/self/task");

  /** As the JVM names them; the kernel keeps fifteen characters. */
  private static final Set<String> KINDS =
      Set.of("ForkJoinPool-1-", "C2 CompilerThre", "C1 CompilerThre");

  private final MethodHandle setpriority;
  private final Set<Integer> nicer = new HashSet<>();
  private final Thread thread;

  private Background() {
    this.setpriority =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("setpriority"),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT));
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
        if (!nicer.contains(id) && isBackground(task)) {
          makeNicer(id);
          nicer.add(id);
        }
      }
    }
    nicer.retainAll(living);
  }

  private static boolean isBackground(Path task) {
    try {
      String name = Files.readString(task.resolve("comm")).strip();
      return KINDS.stream().anyMatch(name::startsWith);
    } catch (IOException _) {
      // It has ended meanwhile.
      return false;
    }
  }

  private void makeNicer(int thread) {
    try {
      // PRIO_PROCESS; a failure leaves the thread as it was, which slows nothing down.
      int _ = (int) setpriority.invokeExact(0, thread, NICENESS);
    } catch (Throwable e) {
      throw new IllegalStateException("setpriority(2) cannot be called", e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
