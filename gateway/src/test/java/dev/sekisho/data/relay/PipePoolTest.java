package dev.sekisho.data.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PipePoolTest {
  private static final int NARROW = 64 * 1024;
  private static final int WIDE = 256 * 1024;

  private final Arena arena = Arena.ofConfined();
  private final Kernel kernel = new Kernel(arena);
  private final PipePool pool = new PipePool(kernel, 6, NARROW, WIDE);

  @AfterEach
  void close() {
    pool.close();
    arena.close();
  }

  private Pipe wide() {
    return present(pool.wide());
  }

  private static Pipe present(@Nullable Pipe pipe) {
    assertThat(pipe).isNotNull();
    return java.util.Objects.requireNonNull(pipe);
  }

  private void fill(Pipe pipe, int bytes) {
    MemorySegment data = arena.allocate(bytes);
    // A file's write and a pipe's are the same call; the pump itself never writes into a pipe.
    int target = pipe.writeEnd();
    try (java.io.OutputStream out = new java.io.FileOutputStream("/proc/self/fd/" + target)) {
      out.write(data.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void thereIsOneWidePipeAndItStays() {
    Pipe pipe = wide();
    assertThat(pipe.capacity()).isEqualTo(WIDE);
    pool.giveBack(pipe);
    assertThat(wide()).isSameAs(pipe);
  }

  @Test
  void aWidePipeThatIsKeptShrinksWithWhatIsInside() {
    Pipe pipe = wide();
    fill(pipe, NARROW);
    Pipe kept = pool.part(pipe);
    assertThat(kept.capacity()).isEqualTo(NARROW);
    assertThat(kernel.read(kept.readEnd(), arena.allocate(WIDE).address(), WIDE)).isEqualTo(NARROW);
    assertThat(wide()).isNotEqualTo(pipe);
    pool.giveBack(kept);
    assertThat(pool.borrow()).isSameAs(kept);
    pool.giveBack(kept);
  }

  @Test
  void aWidePipeThatHoldsTooMuchStaysWideAndCountsAsSuch() {
    Pipe pipe = wide();
    fill(pipe, 2 * NARROW);
    assertThat(pool.part(pipe)).isEqualTo(pipe);
    // Of six narrow ones it is four, which leaves two, and no wide one.
    assertThat(pool.wide()).isNull();
    Pipe first = present(pool.borrow());
    Pipe second = present(pool.borrow());
    assertThat(pool.borrow()).isNull();
    pool.discard(first);
    pool.discard(second);
    pool.discard(pipe);
    assertThat(wide().capacity()).isEqualTo(WIDE);
  }

  @Test
  void withoutAWideSizeThereIsNone() {
    PipePool narrowOnly = new PipePool(kernel, 2, NARROW, 0);
    assertThat(narrowOnly.wide()).isNull();
    narrowOnly.close();
  }
}
