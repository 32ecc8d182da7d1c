package dev.sekisho.journal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * What Java has no call for. A mapping of a file with holes kills the process (SIGBUS) when a store
 * needs a block and the disk is full; {@code posix_fallocate} takes the blocks first and answers
 * with an error instead. And {@code madvise} makes many pages writable in one call, at a fifth of
 * what a store into each costs (MADV_POPULATE_WRITE, Linux 5.14 and newer), and takes many away in
 * one call (MADV_DONTNEED). Tests put a disk that fails in its place.
 */
class Kernel {
  /** O_RDWR, O_CREAT, O_EXCL, O_CLOEXEC of Linux on x86-64 and aarch64. */
  private static final int FLAGS = 0x2 | 0x40 | 0x80 | 0x80000;

  private static final int DONT_NEED = 4;
  private static final int POPULATE_WRITE = 23;
  private static final int OWNER_ONLY = 0600;
  private static final int NO_SPACE = 28;
  private static final int QUOTA = 122;

  private final MethodHandle open;
  private final MethodHandle allocate;
  private final MethodHandle close;
  private final MethodHandle advise;

  Kernel() {
    Linker linker = Linker.nativeLinker();
    var names = linker.defaultLookup();
    open =
        linker.downcallHandle(
            names.findOrThrow("open"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    allocate =
        linker.downcallHandle(
            names.findOrThrow("posix_fallocate"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG));
    close =
        linker.downcallHandle(
            names.findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    advise =
        linker.downcallHandle(
            names.findOrThrow("madvise"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
  }

  /**
   * Makes whole pages of a mapping writable without changing them; false when this kernel cannot.
   */
  boolean populate(MemorySegment pages) {
    return advise(pages, POPULATE_WRITE);
  }

  /**
   * Waits until the disk has these pages.
   *
   * @throws java.io.UncheckedIOException when it does not take them
   */
  void force(MemorySegment pages) {
    pages.force();
  }

  /**
   * Takes whole pages out of the address space, all at once; what they hold stays in the page
   * cache, to be written to the file, and a later access brings them back.
   */
  void release(MemorySegment pages) {
    boolean _ = advise(pages, DONT_NEED);
  }

  private boolean advise(MemorySegment pages, int advice) {
    try {
      return (int) advise.invokeExact(pages, pages.byteSize(), advice) == 0;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Makes a new file of this many zero bytes, all of them really there, mode 0600. No file is left
   * behind when it fails.
   */
  void create(Path file, long size) throws IOException {
    int problem;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(file.toString());
      int descriptor = (int) open.invokeExact(name, FLAGS, OWNER_ONLY);
      if (descriptor < 0) {
        throw new IOException(file + " cannot be created");
      }
      problem = (int) allocate.invokeExact(descriptor, 0L, size);
      int _ = (int) close.invokeExact(descriptor);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (problem != 0) {
      java.nio.file.Files.deleteIfExists(file);
      throw new IOException(
          problem == NO_SPACE || problem == QUOTA
              ? "no space left on the disk for " + size / 1024 + " KiB"
              : "disk space for " + file + " cannot be taken (error " + problem + ")");
    }
  }
}
