package dev.sekisho.scan;

import dev.sekisho.scan.EngineConfig.ClamdEngine;
import dev.sekisho.scan.EngineConfig.IcapEngine;
import dev.sekisho.scan.EngineConfig.SignatureEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The scanner of a configuration: every engine must find nothing for a body to be clean. */
public final class BodyScanner implements Scanner {
  private final ScanConfig config;
  private final List<Engine> engines;
  private final Optional<VerdictCache> cache;
  private final Optional<QuarantineKeeper> quarantine;
  private final Spool spool;
  private final Set<ScanJob> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private BodyScanner(ScanConfig config, List<Engine> engines, Path state) throws IOException {
    this.config = config;
    this.engines = List.copyOf(engines);
    this.cache = cache(state);
    this.spool = Spool.open(config.spool(), state.resolve("spool"), digests());
    this.quarantine =
        config
            .quarantine()
            .map(where ->
                new QuarantineKeeper(new Quarantine(where, state), where, InstantSource.system()));
  }

  /**
   * Begins to look after the engines in the background.
   *
   * @param state the state folder, in which the scanner has folders of its own
   * @throws IOException when these cannot be made
   */
  public static BodyScanner start(ScanConfig config, Path state) throws IOException {
    List<Engine> engines = new ArrayList<>();
    for (EngineConfig engine : config.engines()) {
      switch (engine) {
        case SignatureEngine _ -> oneOf(Signatures.class, engines, () -> signatures(config));
        case ClamdEngine _ -> oneOf(Clamd.class, engines, () -> clamd(config));
        case IcapEngine one -> engines.add(Icap.start(one.server(), config.limit()));
      }
    }
    return new BodyScanner(config, engines, state);
  }

  /** All of a kind are one engine, at the place of the first of them. */
  private static void oneOf(
      Class<? extends Engine> kind, List<Engine> engines, Supplier<Engine> made) {
    if (engines.stream().noneMatch(kind::isInstance)) {
      engines.add(made.get());
    }
  }

  private static Engine signatures(ScanConfig config) {
    return new Signatures(
        config.engines().stream()
            .filter(SignatureEngine.class::isInstance)
            .map(SignatureEngine.class::cast)
            .toList());
  }

  private static Engine clamd(ScanConfig config) {
    return new Clamd(
        config.engines().stream()
            .filter(ClamdEngine.class::isInstance)
            .map(ClamdEngine.class::cast)
            .toList(),
        config.limit());
  }

  /** The built-in signatures cost no more than the digest by which a verdict would be found. */
  private Optional<VerdictCache> cache(Path state) {
    boolean worthIt = engines.stream().anyMatch(engine -> !(engine instanceof Signatures));
    return worthIt && config.cache().entries() > 0
        ? Optional.of(
            new VerdictCache(
                config.cache(),
                this::version,
                InstantSource.system(),
                Optional.of(new VerdictFile(state.resolve("scan/verdicts")))))
        : Optional.empty();
  }

  /** The cache finds its verdicts by it, and lists their files; the quarantine asks seldom. */
  private Spool.Digests digests() {
    boolean asked =
        cache.isPresent()
            || engines.stream()
                .anyMatch(engine -> engine instanceof Signatures known && known.hasDigests());
    return asked ? Spool.Digests.AS_THEY_COME : Spool.Digests.WHEN_ASKED_FOR;
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
  public MessageLimits messages() {
    return config.messageLimits();
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

  @Override
  public Lookups lookups() {
    return cache.map(VerdictCache::lookups).orElse(new Lookups(0, 0));
  }

  DecodedLimits decoded() {
    return config.decoded();
  }

  /** What a verdict of a body that goes this way rests on; empty while an engine does not know. */
  String version(Direction direction) {
    List<String> versions = new ArrayList<>();
    for (Engine engine : engines) {
      String version = engine.version(direction);
      if (version.isEmpty()) {
        return "";
      }
      versions.add(engine.name() + " " + version);
    }
    return String.join("; ", versions);
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

  /** The verdict of engines that were asked before, or are asked now. Blocks. */
  Verdict scan(Body body) throws InterruptedException {
    long deadline = System.nanoTime() + config.engineTimeout().toNanos();
    Verdict verdict =
        cache.isPresent()
            ? cache.get().of(body, deadline, () -> ask(body, deadline))
            : ask(body, deadline);
    if (verdict instanceof Verdict.Infected infected) {
      quarantine.ifPresent(where -> where.keep(body.subject(), body.source(), infected));
    }
    return verdict;
  }

  /** Asks the engines one after the other. */
  private Verdict ask(Body body, long deadline) throws InterruptedException {
    List<String> asked = new ArrayList<>();
    Optional<Replacement> instead = Optional.empty();
    Optional<String> caveat = Optional.empty();
    Verdict.@Nullable Unscanned unable = null;
    for (Engine engine : engines) {
      switch (scan(engine, body, deadline)) {
        case Finding.Nothing(Optional<String> said) -> {
          asked.add(engine.name());
          caveat = caveat.or(() -> said);
        }
        case Finding.Replaced(Replacement by) -> {
          asked.add(engine.name());
          instead = Optional.of(by);
        }
        case Finding.Found found -> {
          return new Verdict.Infected(engine.name(), found.name(), found.page());
        }
        // Another engine may still find something.
        case Finding.Unable(Fault fault) -> unable = graver(body.subject(), unable, fault);
      }
    }
    return unable == null ? new Verdict.Clean(String.join(", ", asked), instead, caveat) : unable;
  }

  /** Of two faults the first, unless only the second one blocks. */
  private Verdict.Unscanned graver(
      Subject subject, Verdict.@Nullable Unscanned before, Fault fault) {
    Verdict.Unscanned now = unscanned(subject, fault.reason(), fault.detail());
    return before == null
            || before.fate() == Verdict.Fate.DELIVER && now.fate() == Verdict.Fate.BLOCK
        ? now
        : before;
  }

  /**
   * What a client will use is scanned: the body with its codings undone. Where that cannot be read
   * to its end, the body as it was sent is scanned too, since a client may ignore the coding; it is
   * not clean then, whatever is found.
   */
  private static Finding scan(Engine engine, Body body, long deadline) throws InterruptedException {
    Finding decoded = engine.scan(body, Body.View.DECODED, deadline);
    if (!(decoded instanceof Finding.Unable unable) || body.isPlain() || gaveNoAnswer(unable)) {
      return decoded;
    }
    Finding raw = engine.scan(body, Body.View.RAW, deadline);
    return switch (raw) {
      case Finding.Found _ -> raw;
      case Finding.Nothing _, Finding.Replaced _ -> decoded;
      case Finding.Unable failed -> gaveNoAnswer(failed) ? raw : decoded;
    };
  }

  private static boolean gaveNoAnswer(Finding.Unable unable) {
    Verdict.Reason reason = unable.fault().reason();
    return reason == Verdict.Reason.ENGINE_DOWN || reason == Verdict.Reason.TIMEOUT;
  }

  @Override
  public void close() {
    closed = true;
    running.forEach(ScanJob::cancel);
    cache.ifPresent(VerdictCache::close);
    quarantine.ifPresent(QuarantineKeeper::close);
    engines.forEach(Engine::close);
    spool.close();
  }
}
