package dev.sekisho.identity;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where work is done that must not be done on an event loop. Passwords are checked on half of the
 * cores at most, for bcrypt computes and does not wait, and traffic needs the others; what cannot
 * even queue is refused.
 *
 * @param checks throws {@link RejectedExecutionException} when it is full
 * @param later runs something short after a time, holding no thread until then
 */
record Threads(Executor checks, Later later, Closeable end) {
  static final int MOST_QUEUED = 256;

  interface Later {
    void after(Duration time, Runnable then);
  }

  static Threads start() {
    int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    ThreadPoolExecutor checks = pool(half, MOST_QUEUED);
    ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, named("identity"));
    clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return new Threads(
        checks,
        (time, then) -> {
          try {
            clock.schedule(then, time.toNanos(), TimeUnit.NANOSECONDS);
          } catch (RejectedExecutionException _) {
            // the gateway ends
          }
        },
        () -> {
          clock.shutdownNow();
          checks.shutdownNow();
        });
  }

  static ThreadPoolExecutor pool(int threads, int queued) {
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(queued),
        named("password-check"));
  }

  private static ThreadFactory named(String name) {
    return Thread.ofPlatform().name(name + "-", 0).daemon(true).factory();
  }
}
