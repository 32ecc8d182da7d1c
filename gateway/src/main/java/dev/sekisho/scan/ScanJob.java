package dev.sekisho.scan;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One body under scan. It is given to the engines when it is whole: a slow origin then holds no
 * session of theirs, and a second engine can be asked when the first fails.
 */
final class ScanJob implements Scanner.Job {
  private static final Logger LOG = LoggerFactory.getLogger(ScanJob.class);

  private final BodyScanner scanner;
  private final Scanner.Subject subject;
  private final HeldBody body;
  private final Answer answer;
  private volatile @Nullable Thread worker;
  private volatile boolean cancelled;

  /** Where the verdict goes. */
  record Answer(Executor loop, Consumer<Verdict> then) {}

  private ScanJob(BodyScanner scanner, Scanner.Subject subject, HeldBody body, Answer answer) {
    this.scanner = scanner;
    this.subject = subject;
    this.body = body.retain();
    this.answer = answer;
  }

  static ScanJob start(BodyScanner scanner, Scanner.Subject subject, HeldBody body, Answer answer) {
    ScanJob job = new ScanJob(scanner, subject, body, answer);
    scanner.started(job);
    Thread thread = Thread.ofVirtual().name("scan").unstarted(job::run);
    job.worker = thread;
    thread.start();
    if (job.cancelled) {
      thread.interrupt();
    }
    return job;
  }

  @Override
  public void cancel() {
    cancelled = true;
    Thread scanning = worker;
    if (scanning != null) {
      scanning.interrupt();
    }
  }

  private void run() {
    Verdict verdict = verdict();
    scanner.ended(this);
    body.release();
    try {
      answer.loop().execute(() -> answer.then().accept(verdict));
    } catch (RejectedExecutionException _) {
      // The event loop is gone, and with it whoever waited.
    }
  }

  private Verdict verdict() {
    if (cancelled) {
      return givenUp();
    }
    try {
      var codings = ContentCodings.of(subject);
      return scanner.scan(new Body(subject, body, codings, scanner.decoded()));
    } catch (InterruptedException _) {
      return givenUp();
    } catch (RuntimeException | Error e) {
      // A defect of ours must not let a body through, nor leave a client waiting for ever.
      LOG.error("The scan of {} failed", subject.name(), e);
      return scanner.unscanned(
          subject, Verdict.Reason.ENGINE_DOWN, "The scan itself failed: " + e + ".");
    }
  }

  private Verdict givenUp() {
    return scanner.unscanned(
        subject, Verdict.Reason.ENGINE_DOWN, "The scan was given up before its verdict.");
  }
}
