package dev.sekisho.scan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One clamd or several that stand in for each other, in the order of the configuration. So many
 * bodies at a time are given to them as clamd has threads to spare; the others wait here, where
 * they cost nothing but their memory, which is counted already.
 */
final class Clamd implements Engine {
  /** clamd's MaxThreads is 10 unless configured; two are left for others and for probes. */
  static final int SESSIONS = 8;

  /** Beyond this the newest is refused at once rather than later. */
  static final int WAITING = 1000;

  private static final Duration PROBE_EVERY = Duration.ofSeconds(5);

  private final List<ClamdNode> nodes;
  private final long limit;
  private final Semaphore sessions = new Semaphore(SESSIONS, true);
  private final AtomicInteger waiting = new AtomicInteger();
  private final Thread prober;

  /**
   * @param limit {@code scan.limit}, for the message that clamd's own is smaller
   */
  Clamd(List<ClamdAddress> addresses, long limit) {
    this.nodes = addresses.stream().map(ClamdNode::new).toList();
    this.limit = limit;
    this.prober = Thread.ofVirtual().name("clamd-probe").start(this::probe);
  }

  @Override
  public String name() {
    return "clamd";
  }

  @Override
  public Finding scan(Body body, Body.View view, long deadline) throws InterruptedException {
    if (waiting.incrementAndGet() > WAITING) {
      waiting.decrementAndGet();
      return Finding.unable(
          Verdict.Reason.SPOOL_FULL, "More than " + WAITING + " bodies wait for clamd.");
    }
    boolean mine;
    try {
      mine = sessions.tryAcquire(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } finally {
      waiting.decrementAndGet();
    }
    if (!mine) {
      return Finding.unable(
          Verdict.Reason.ENGINE_DOWN, "clamd was busy with other bodies until the time was up.");
    }
    try {
      return ask(body, view, deadline);
    } finally {
      sessions.release();
    }
  }

  private Finding ask(Body body, Body.View view, long deadline) throws InterruptedException {
    List<ClamdNode> left = new ArrayList<>(nodes);
    left.sort(Comparator.comparing(ClamdNode::isDown));
    List<String> failures = new ArrayList<>();
    while (!left.isEmpty()) {
      ClamdNode node = left.getFirst();
      long now = System.nanoTime();
      if (node.isSilent()) {
        failures.add(node.name() + ": " + node.status().detail());
      } else if (now - deadline >= 0) {
        failures.add(node.name() + ": no time was left");
      } else {
        Finding finding = ask(node, body, view, now + (deadline - now) / left.size(), failures);
        if (!(finding instanceof Finding.Unable unable)
            || unable.fault().reason() != Verdict.Reason.ENGINE_DOWN) {
          return finding;
        }
      }
      left.removeFirst();
    }
    return Finding.unable(Verdict.Reason.ENGINE_DOWN, String.join("; ", failures) + ".");
  }

  private Finding ask(
      ClamdNode node, Body body, Body.View view, long deadline, List<String> failures)
      throws InterruptedException {
    try (Reading reading = body.read(view)) {
      return switch (node.ask(reading, limit, deadline)) {
        case ClamdReply.Ok _ ->
            reading.fault().<Finding>map(Finding.Unable::new).orElseGet(Finding.Nothing::new);
        case ClamdReply.Found found -> new Finding.Found(found.name());
        case ClamdReply.TooLarge _ ->
            Finding.unable(
                Verdict.Reason.TOO_BIG,
                "It is longer than " + node.name() + " takes (StreamMaxLength).");
        case ClamdReply.Failed failed -> {
          failures.add(node.name() + ": " + failed.detail());
          yield Finding.unable(Verdict.Reason.ENGINE_DOWN, failed.detail());
        }
      };
    }
  }

  private void probe() {
    try {
      while (true) {
        for (ClamdNode node : nodes) {
          node.probe(PROBE_EVERY);
        }
        Thread.sleep(PROBE_EVERY);
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  @Override
  public List<EngineStatus> status() {
    return nodes.stream().map(ClamdNode::status).toList();
  }

  @Override
  public String version() {
    return "";
  }

  @Override
  public void close() {
    prober.interrupt();
  }
}
