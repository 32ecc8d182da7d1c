package harness;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Lets other threads of the core go before. */
final class Niceness {
  private static final int PRIO_PROCESS = 0;
  private static final int NICER = 5;
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
}
