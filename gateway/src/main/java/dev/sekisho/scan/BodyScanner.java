package dev.sekisho.scan;

import dev.sekisho.scan.EngineConfig.ClamdEngine;
import dev.sekisho.scan.EngineConfig.SignatureEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The scanner of a configuration: every engine must find nothing for a body to be clean. */
public final class BodyScanner implements Scanner {
  private final ScanConfig config;
  private final List<Engine> engines;
  private final Spool spool;
  private final Set<ScanJob> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private BodyScanner(ScanConfig config, List<Engine> engines, Spool spool) {
    this.config = config;
    this.engines = List.copyOf(engines);
    this.spool = spool;
  }

  /**
   * Begins to look after the engines in the background.
   *
   * @param state the state folder, in which the scanner has folders of its own
   * @throws IOException when these cannot be made
   */
  public static BodyScanner start(ScanConfig config, Path state) throws IOException {
    List<SignatureEngine> signatures = new ArrayList<>();
    List<ClamdAddress> clamds = new ArrayList<>();
    for (EngineConfig engine : config.engines()) {
      switch (engine) {
        case SignatureEngine one -> signatures.add(one);
        case ClamdEngine one -> clamds.add(one.at());
      }
    }
    List<Engine> engines = new ArrayList<>();
    if (!signatures.isEmpty()) {
      engines.add(new Signatures(signatures));
    }
    if (!clamds.isEmpty()) {
      engines.add(new Clamd(clamds, config.limit()));
    }
    return new BodyScanner(config, engines, Spool.open(config.spool(), state.resolve("spool")));
  }

  @Override
  public long limit() {
    return config.limit();
  }

  @Override
  public Duration patience() {
    return config.patience();
  }

  @Override
  public DeliveryConfig delivery() {
    return config.delivery();
  }

  @Override
  public Ranges ranges() {
    return config.ranges();
  }

  @Override
  public Treatment treatment(Subject subject) {
    return config.treatment(subject);
  }

  @Override
  public Spool spool() {
    return spool;
  }

  @Override
  public Job scan(Subject subject, HeldBody body, Executor loop, Consumer<Verdict> then) {
    return ScanJob.start(this, subject, body, new ScanJob.Answer(loop, then));
  }

  @Override
  public List<EngineStatus> engines() {
    return engines.stream().flatMap(engine -> engine.status().stream()).toList();
  }

  DecodedLimits decoded() {
    return config.decoded();
  }

  void started(ScanJob job) {
    running.add(job);
    if (closed) {
      job.cancel();
    }
  }

  void ended(ScanJob job) {
    running.remove(job);
  }

  /** Asks the engines one after the other. Blocks. */
  Verdict scan(Body body) throws InterruptedException {
    long deadline = System.nanoTime() + config.engineTimeout().toNanos();
    String asked = "";
    Optional<Replacement> instead = Optional.empty();
    @Nullable Fault unable = null;
    for (Engine engine : engines) {
      switch (scan(engine, body, deadline)) {
        case Finding.Nothing _ -> asked = engine.name();
        case Finding.Replaced(Replacement by) -> {
          asked = engine.name();
          instead = Optional.of(by);
        }
        case Finding.Found found -> {
          return new Verdict.Infected(engine.name(), found.name(), found.page());
        }
        // Another engine may still find something.
        case Finding.Unable(Fault fault) -> unable = unable == null ? fault : unable;
      }
    }
    return unable == null
        ? new Verdict.Clean(asked, instead)
        : unscanned(body.subject(), unable.reason(), unable.detail());
  }

  /**
   * What a client will use is scanned: the body with its codings undone. Where that cannot be read
   * to its end, the body as it was sent is scanned too, since a client may ignore the coding; it is
   * not clean then, whatever is found.
   */
  private static Finding scan(Engine engine, Body body, long deadline) throws InterruptedException {
    Finding decoded = engine.scan(body, Body.View.DECODED, deadline);
    if (!(decoded instanceof Finding.Unable unable)
        || body.isPlain()
        || unable.fault().reason() == Verdict.Reason.ENGINE_DOWN) {
      return decoded;
    }
    Finding raw = engine.scan(body, Body.View.RAW, deadline);
    return switch (raw) {
      case Finding.Found _ -> raw;
      case Finding.Nothing _, Finding.Replaced _ -> decoded;
      case Finding.Unable failed ->
          failed.fault().reason() == Verdict.Reason.ENGINE_DOWN ? raw : decoded;
    };
  }

  @Override
  public void close() {
    closed = true;
    running.forEach(ScanJob::cancel);
    engines.forEach(Engine::close);
    spool.close();
  }
}
