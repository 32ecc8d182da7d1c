package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Bytes in memory, pages shared with others counted by share (PSS). */
final class ProcessMemory {
  private ProcessMemory() {}

  /** Of a process and its children. */
  static long bytes(ProcessHandle root) throws IOException {
    long sum = 0;
    for (ProcessHandle one : Stream.concat(Stream.of(root), root.descendants()).toList()) {
      Path rollup = Path.of("/proc", Long.toString(one.pid()), "smaps_rollup");
      sum +=
          Files.readAllLines(rollup).stream()
              .filter(line -> line.startsWith("Pss:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
              .sum();
    }
    return sum;
  }

  static long bytes(List<ProcessHandle> roots) throws IOException {
    long sum = 0;
    for (ProcessHandle root : roots) {
      sum += bytes(root);
    }
    return sum;
  }
}
