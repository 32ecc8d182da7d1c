package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A running subject. */
final class Proxy implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  final Subject subject;
  final Subject.Launch launch;
  final double readySeconds;
  private final Process process;

  private Proxy(Subject subject, Subject.Launch launch, Process process, double readySeconds) {
    this.subject = subject;
    this.launch = launch;
    this.process = process;
    this.readySeconds = readySeconds;
  }

  static Proxy start(Testbed bed, Origins origins, Testbed.Core core, Subject subject)
      throws IOException, InterruptedException {
    return start(bed, origins, core, subject, subject.prepare(bed, origins));
  }

  /** Starts it and asks every 10 ms until the first whole answer came through. */
  static Proxy start(
      Testbed bed, Origins origins, Testbed.Core core, Subject subject, Subject.Launch launch)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(bed.folder, launch.folder().getFileName() + "-", ".out");
    long began = System.nanoTime();
    Process process = bed.start(core, launch.account(), output, launch.command());
    Probe last = new Probe.Refused("not asked");
    while (process.isAlive() && System.nanoTime() - began < PATIENCE.toNanos()) {
      last = Probe.through(launch.port(), origins.http);
      if (last instanceof Probe.Served) {
        return new Proxy(subject, launch, process, (System.nanoTime() - began) / 1e9);
      }
      Thread.sleep(10);
    }
    String end =
        process.isAlive() ? "does not serve: " + last : "ended with status " + process.exitValue();
    Testbed.end(process);
    List<String> lines = Files.readAllLines(output);
    String tail = String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    throw new IOException(subject.name() + " " + end + (tail.isEmpty() ? "" : "\n" + tail));
  }

  long cpuNanos() {
    return ProcessClock.nanos(handle());
  }

  /** Of the process and its children. */
  long memoryBytes() throws IOException {
    return ProcessMemory.bytes(handle());
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    Testbed.end(process);
  }
}
