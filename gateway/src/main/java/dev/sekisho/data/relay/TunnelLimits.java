package dev.sekisho.data.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What the pump may use.
 *
 * @param threads pump threads, at least one
 * @param bufferBytes size of the one copy buffer of each thread; also the most a direction holds
 *     back in memory
 * @param pipes kernel pipes over all threads; 0 never splices
 * @param pipeBytes capacity asked for each pipe; also the most a direction holds back in one
 * @param widePipeBytes capacity asked for the one pipe of each thread that serves bulk transfers
 *     while their readers keep up; no more than {@code pipeBytes}: there is none
 */
public record TunnelLimits(
    int threads, int bufferBytes, int pipes, int pipeBytes, int widePipeBytes) {
  private static final int PIPE_BYTES = 256 * 1024;
  private static final int WIDE_PIPE_BYTES = 1024 * 1024;
  private static final int PAGE_BYTES = 4096;
  private static final int MOST_PIPES = 256;

  public TunnelLimits {
    if (threads < 1 || bufferBytes < 1024 || pipes < 0 || pipeBytes < PAGE_BYTES) {
      throw new IllegalArgumentException(
          "tunnel limits out of range: "
              + threads
              + ", "
              + bufferBytes
              + ", "
              + pipes
              + ", "
              + pipeBytes);
    }
  }

  /**
   * Fits the kernel's budget for an ordinary user (pipe(7)): beyond {@code pipe-user-pages-soft}
   * pages a user's new pipes shrink to two pages, so the pump takes at most half of it, other
   * programs of the same user the rest.
   */
  public static TunnelLimits ofThisMachine() {
    int largest = setting("pipe-max-size", PIPE_BYTES);
    int pipeBytes = Math.min(PIPE_BYTES, largest);
    int pages = setting("pipe-user-pages-soft", 16_384);
    int fitting = pages == 0 ? MOST_PIPES : pages / 2 / (pipeBytes / PAGE_BYTES);
    return new TunnelLimits(
        1, 64 * 1024, Math.min(MOST_PIPES, fitting), pipeBytes, Math.min(WIDE_PIPE_BYTES, largest));
  }

  private static int setting(String name, int otherwise) {
    // Read by lines: Files.readString begins with a read of one byte, after which such a file
    // answers end-of-file.
    try (Stream<String> lines = Files.lines(Path.of("/proc/sys/fs", name))) {
      return lines.mapToInt(Integer::parseInt).findFirst().orElse(otherwise);
    } catch (IOException | UncheckedIOException | NumberFormatException unreadable) {
      return otherwise;
    }
  }
}
