package harness;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * One clamd, the c-icap before it, and the proxies that have bodies scanned by them. All are on the
 * proxies' core and measured in turns, so that one clamd serves all.
 */
record Scanners(Testbed bed, Origins origins, Clamd clamd, CIcap icap, AtomicLong bodies)
    implements AutoCloseable {
  /** A proxy with what it needs beside it to have bodies scanned, clamd apart. */
  record Scanning(Proxy proxy, List<ProcessHandle> processes) implements AutoCloseable {
    long cpuNanos() {
      return processes.stream().mapToLong(ProcessClock::nanos).sum();
    }

    String name() {
      return proxy.subject.name();
    }

    @Override
    public void close() {
      proxy.close();
    }
  }

  static Scanners start(Testbed bed, Origins origins) throws IOException, InterruptedException {
    Clamd clamd = Clamd.start(bed);
    return new Scanners(bed, origins, clamd, CIcap.start(bed, clamd), new AtomicLong());
  }

  /**
   * @param more keys of {@code scan:}, each with a comma before it
   */
  Scanning sekisho(String name, String more) throws IOException, InterruptedException {
    return start(new Sekisho(new Names.None(), Sekisho.Scan.by(clamd, name, more)), List.of());
  }

  /** Its rule says that nothing is scanned. */
  Scanning unscanned() throws IOException, InterruptedException {
    return start(new Sekisho(new Names.None()), List.of());
  }

  Scanning squid() throws IOException, InterruptedException {
    Subject squid = new Squid(new Names.None(), Squid.Bump.NONE, Optional.of(icap));
    return start(squid, List.of(icap.handle()));
  }

  private Scanning start(Subject subject, List<ProcessHandle> beside)
      throws IOException, InterruptedException {
    Proxy proxy = Proxy.start(bed, origins, Testbed.Core.PROXY, subject);
    return new Scanning(proxy, Stream.concat(Stream.of(proxy.handle()), beside.stream()).toList());
  }

  /** A body that nobody has seen before. */
  SizedOrigin.Body fresh(long length) {
    return new SizedOrigin.Body(length, "b" + bodies.incrementAndGet());
  }

  @Override
  public void close() {
    icap.close();
    clamd.close();
  }
}
