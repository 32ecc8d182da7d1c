package harness;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The most memory that some processes had while it watched, ten times a second. */
final class MemoryWatch {
  private static final long EVERY_MILLIS = 100;

  private final List<ProcessHandle> processes;
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private final CompletableFuture<Long> peak = new CompletableFuture<>();

  private MemoryWatch(List<ProcessHandle> processes) {
    this.processes = processes;
  }

  static MemoryWatch begin(List<ProcessHandle> processes) {
    MemoryWatch watch = new MemoryWatch(processes);
    Thread.ofPlatform().daemon().start(watch::look);
    return watch;
  }

  private void look() {
    long most = 0;
    try {
      while (!over.isDone()) {
        most = Math.max(most, ProcessMemory.bytes(processes));
        pause();
      }
      peak.complete(Math.max(most, ProcessMemory.bytes(processes)));
    } catch (IOException | ExecutionException | InterruptedException e) {
      peak.completeExceptionally(e);
    }
  }

  private void pause() throws ExecutionException, InterruptedException {
    try {
      over.get(EVERY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // looks again
    }
  }

  /** Ends it. */
  long peakBytes() throws ExecutionException, InterruptedException {
    over.complete(null);
    return peak.get();
  }
}
