package harness;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/** Who goes first where threads share a core. */
final class Niceness {
  private static final int PRIO_PROCESS = 0;
  private static final int NICER = 5;

  /** The shortest turn that Linux gives (6.12 and newer; sched_setattr(2)), in nanoseconds. */
  private static final long TURN = 100_000;

  private static final int ATTRIBUTES = 48;
  private static final int RUNTIME_AT = 24;

  /** The C library has no function for it everywhere. */
  private static final Map<String, Long> SCHED_SETATTR = Map.of("amd64", 314L, "aarch64", 274L);

  private static final MethodHandle SYSCALL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG),
              Linker.Option.firstVariadicArg(1));
  private static final MethodHandle SET =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("setpriority"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

  private Niceness() {}

  /** For the calling platform thread alone: on Linux a niceness belongs to a thread. */
  static void lower() throws IOException {
    try {
      if ((int) SET.invokeExact(PRIO_PROCESS, 0, NICER) != 0) {
        throw new IOException("setpriority failed");
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("setpriority", e);
    }
  }

  /**
   * A thread of usual niceness may interrupt those that have the usual, longer turns, so that a
   * clock that it reads does not show how long others kept the core. Older kernels change nothing.
   *
   * @param thread 0 for the calling one
   */
  static void goFirst(long thread) {
    Long number = SCHED_SETATTR.get(System.getProperty("os.arch"));
    if (number == null) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
      attributes.set(JAVA_INT, 0, ATTRIBUTES);
      attributes.set(JAVA_LONG, RUNTIME_AT, TURN);
      long _ = (long) SYSCALL.invokeExact((long) number, thread, attributes, 0L);
    } catch (Throwable e) {
      throw new IllegalStateException("sched_setattr", e);
    }
  }
}
