package harness;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.stream.Stream;

/**
 * CPU time of a process and its children in nanoseconds, all threads, ended ones included.
 *
 * <p>{@code /proc/PID/stat} counts in ticks of 10 ms and {@code /proc/PID/task} forgets ended
 * threads; the kernel's CPU clock of another process has neither fault. Its id is {@code ~pid << 3
 * | 2}, as clock_getcpuclockid(3) makes it.
 */
final class ProcessClock {
  private static final int SCHEDULED = 2;
  private static final MethodHandle CLOCK_GETTIME =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("clock_gettime"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

  private ProcessClock() {}

  static long nanos(ProcessHandle root) {
    return Stream.concat(Stream.of(root), root.descendants())
        .mapToLong(process -> nanos(process.pid()))
        .sum();
  }

  private static long nanos(long pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(16, 8);
      int result = (int) CLOCK_GETTIME.invokeExact((int) (~pid << 3 | SCHEDULED), time);
      // A child may end between the listing and the reading; its time is then no longer asked for.
      return result == 0 ? time.get(JAVA_LONG, 0) * 1_000_000_000L + time.get(JAVA_LONG, 8) : 0;
    } catch (Throwable e) {
      throw new IllegalStateException("clock_gettime", e);
    }
  }
}
