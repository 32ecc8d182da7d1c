package dev.sekisho.scan;

import dev.sekisho.scan.EngineConfig.ClamdEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One clamd or several that stand in for each other. So many bodies at a time are given to each as
 * it has threads to spare; the others wait here, where they cost nothing but their memory, which is
 * counted already.
 */
final class Clamd implements Engine {
  /** Beyond this the newest is refused at once rather than later. */
  static final int WAITING = 1000;

  private static final Duration PROBE_EVERY = Duration.ofSeconds(5);

  /** A clamd that does not reload concurrently says nothing for its IdleTimeout. */
  private static final Duration PROBE_PATIENCE = Duration.ofSeconds(10);

  private final List<ClamdNode> nodes;
  private final ClamdTurns turns;
  private final long limit;
  private final AtomicInteger waiting = new AtomicInteger();
  private final List<Thread> probers;

  /**
   * @param limit {@code scan.limit}, for the message that clamd's own is smaller
   */
  Clamd(List<ClamdEngine> engines, long limit) {
    this.nodes = engines.stream().map(one -> new ClamdNode(one.at(), one.sessions())).toList();
    this.turns = new ClamdTurns(nodes);
    this.limit = limit;
    this.probers =
        nodes.stream()
            .map(node -> Thread.ofVirtual().name("clamd-probe").start(() -> probe(node)))
            .toList();
  }

  @Override
  public String name() {
    return "clamd";
  }

  /**
   * Every clamd is asked until one has said something of the body. Where none has, one that could
   * have scanned it and did not counts for more than one whose limit is too small for it.
   */
  @Override
  public Finding scan(Body body, Body.View view, long deadline) throws InterruptedException {
    var attempt = new Attempt(body, view, deadline);
    Set<ClamdNode> left = attempt.worthAsking();
    while (!left.isEmpty()) {
      if (waiting.incrementAndGet() > WAITING) {
        waiting.decrementAndGet();
        return Finding.unable(
            Verdict.Reason.SPOOL_FULL, "More than " + WAITING + " bodies wait for clamd.");
      }
      Optional<ClamdNode> turn;
      try {
        turn = turns.take(left, deadline);
      } finally {
        waiting.decrementAndGet();
      }
      if (turn.isEmpty()) {
        attempt.failed(
            new ClamdReply.Failed(
                Verdict.Reason.TIMEOUT, "clamd was busy with other bodies until the time was up"));
        break;
      }
      Optional<Finding> finding;
      try {
        finding = attempt.ask(turn.get(), left.size());
      } finally {
        turns.giveBack(turn.get());
      }
      if (finding.isPresent()) {
        return finding.get();
      }
      left.remove(turn.get());
    }
    return attempt.nothingSaid();
  }

  /** One view of one body on its way from clamd to clamd. */
  private final class Attempt {
    private final Body body;
    private final Body.View view;
    private final long deadline;
    private final List<String> failures = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private Verdict.Reason reason = Verdict.Reason.TIMEOUT;

    Attempt(Body body, Body.View view, long deadline) {
      this.body = body;
      this.view = view;
      this.deadline = deadline;
    }

    Set<ClamdNode> worthAsking() {
      long length =
          view == Body.View.RAW || body.isPlain() ? body.source().length() : Long.MIN_VALUE;
      Set<ClamdNode> asked = new LinkedHashSet<>();
      for (ClamdNode node : nodes) {
        Optional<ClamdReply.TooLarge> refusal = node.refuses(length);
        if (refusal.isPresent()) {
          refused(node, refusal.get());
        } else if (node.isSilent()) {
          failed(new ClamdReply.Failed(node.name() + ": " + node.status().detail()));
        } else {
          asked.add(node);
        }
      }
      return asked;
    }

    /**
     * @param left how many may still be asked, this one included, each within its share of the time
     * @return empty where the next one is to be asked
     */
    Optional<Finding> ask(ClamdNode node, int left) throws InterruptedException {
      long now = System.nanoTime();
      if (now - deadline >= 0) {
        failed(new ClamdReply.Failed(Verdict.Reason.TIMEOUT, node.name() + ": no time was left"));
        return Optional.empty();
      }
      try (Reading reading = body.read(view)) {
        switch (node.ask(reading, limit, now + (deadline - now) / left)) {
          case ClamdReply.Ok _ -> {
            return Optional.of(
                reading
                    .fault()
                    .<Finding>map(Finding.Unable::new)
                    .orElseGet(() -> new Finding.Nothing(node.caveat())));
          }
          case ClamdReply.Found(String name) -> {
            return Optional.of(new Finding.Found(name));
          }
          case ClamdReply.Unseen(Verdict.Reason why, String name) -> {
            var unseen = new Fault(why, node.name() + " reports " + name + ".");
            return Optional.of(new Finding.Unable(reading.fault().orElse(unseen)));
          }
          case ClamdReply.TooLarge refusal -> refused(node, refusal);
          case ClamdReply.Failed(Verdict.Reason why, String detail) ->
              failed(new ClamdReply.Failed(why, node.name() + ": " + detail));
        }
      }
      return Optional.empty();
    }

    void failed(ClamdReply.Failed failed) {
      if (failed.reason() == Verdict.Reason.ENGINE_DOWN) {
        reason = Verdict.Reason.ENGINE_DOWN;
      }
      failures.add(failed.detail());
    }

    private void refused(ClamdNode node, ClamdReply.TooLarge refusal) {
      refusals.add(
          "It is longer than "
              + node.name()
              + " takes (StreamMaxLength), which refused it after "
              + refusal.after()
              + " bytes");
    }

    Finding nothingSaid() {
      return failures.isEmpty()
          ? Finding.unable(Verdict.Reason.ENGINE_LIMIT, String.join("; ", refusals) + ".")
          : Finding.unable(reason, String.join("; ", failures) + ".");
    }
  }

  private void probe(ClamdNode node) {
    try {
      while (true) {
        node.probe(PROBE_PATIENCE);
        turns.changed();
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

  /** The versions of all that are up, each once; another one when any of them changes. */
  @Override
  public String version(Scanner.Direction direction) {
    Set<String> versions = new TreeSet<>();
    for (ClamdNode node : nodes) {
      if (node.isDown()) {
        continue;
      }
      Optional<String> version = node.version();
      if (version.isEmpty()) {
        return "";
      }
      versions.add(version.get());
    }
    return String.join("; ", versions);
  }

  @Override
  public void close() {
    probers.forEach(Thread::interrupt);
  }
}
