package dev.sekisho.app;

import dev.sekisho.config.Problems;
import dev.sekisho.console.AdminServer;
import dev.sekisho.console.CertificateRefusals;
import dev.sekisho.console.Metrics;
import dev.sekisho.console.Readiness;
import dev.sekisho.data.inspect.Authorities;
import dev.sekisho.data.inspect.Authority;
import dev.sekisho.data.listen.ListenConfig;
import dev.sekisho.data.listen.Listeners;
import dev.sekisho.data.names.DnsResolver;
import dev.sekisho.data.names.SystemFiles;
import dev.sekisho.data.origin.HappyEyeballs;
import dev.sekisho.data.origin.Transport;
import dev.sekisho.data.relay.TunnelLimits;
import dev.sekisho.data.relay.Tunnels;
import dev.sekisho.identity.PasswordFileIdentity;
import dev.sekisho.journal.Journal;
import dev.sekisho.journal.SegmentJournal;
import dev.sekisho.policy.Policy;
import dev.sekisho.policy.PolicyConfig;
import dev.sekisho.policy.list.ListFetcher;
import dev.sekisho.scan.BodyScanner;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running daemon: every capability, wired by hand, in the order in which it is needed, and
 * ended in the opposite order.
 */
final class Gateway implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  private final Configuration configuration;
  private final Path state;
  private final List<Closeable> parts = new ArrayList<>();
  private final Metrics metrics = new Metrics();
  private final CertificateRefusals refusals = new CertificateRefusals(metrics);
  private final PolicyInForce policy;
  private final SegmentJournal journal;
  private final Inspection inspection;
  private final PasswordFileIdentity identity;
  private final BodyScanner scanner;
  private final Listeners listeners;
  private volatile Readiness readiness = new Readiness.NotReady("starting");
  private Listeners.@Nullable Bound bound;
  private @Nullable ListFetcher fetcher;
  private @Nullable InetSocketAddress admin;
  private @Nullable InetSocketAddress health;

  private Gateway(Configuration configuration, Policy compiled, Path state) throws IOException {
    this.configuration = configuration;
    this.state = state;
    this.policy = new PolicyInForce(configuration, compiled, state);
    this.journal = part(SegmentJournal.open(configuration.journal(), state.resolve("journal")));
    Transport transport = Transport.best();
    DnsResolver resolver =
        part(DnsResolver.open(configuration.names(), transport, SystemFiles.usual()));
    Tunnels tunnels = Tunnels.start(TunnelLimits.ofThisMachine());
    var dialler = new HappyEyeballs(configuration.origin(), transport, Optional.empty());
    this.inspection = part(Inspection.start(configuration, state));
    this.identity = part(PasswordFileIdentity.start(configuration.identity()));
    this.scanner = part(BodyScanner.start(configuration.scan(), state));
    var reach =
        new Listeners.Reach(
            transport, resolver, dialler, inspection.origins(), tunnels, configuration.origin());
    int threads = Runtime.getRuntime().availableProcessors();
    this.listeners =
        part(
            new Listeners(
                threads,
                configuration.listen(),
                configuration.limits(),
                new Listeners.Parts(
                    policy,
                    identity,
                    journal,
                    refusals,
                    reach,
                    inspection.means(),
                    scanner,
                    pseudonym())));
    // Ended before the event loops, on which the records of tunnels are closed.
    part(tunnels);
    part(Background.start());
    LOG.debug("{} event loops on {}", threads, transport.word());
  }

  /**
   * Starts everything.
   *
   * @throws IOException saying what could not be opened, and what to do
   */
  static Gateway start(Configuration configuration, Policy compiled, Path state)
      throws IOException {
    Gateway gateway = new Gateway(configuration, compiled, state);
    try {
      gateway.open();
    } catch (IOException | RuntimeException e) {
      gateway.close();
      throw e;
    }
    return gateway;
  }

  private void open() throws IOException {
    metrics.connections(listeners::connections);
    metrics.pooled(listeners::pooled);
    metrics.loopLag(listeners::lagSeconds);
    metrics.journal(journal::counters, journal::health);
    metrics.scan(scanner);
    fetchLists(configuration.policy());
    if (configuration.listen().admin().isPresent()) {
      AdminServer server =
          part(
              serve(
                  "admin",
                  configuration.listen().admin().get(),
                  at ->
                      AdminServer.admin(at, this::readiness, metrics, refusals, scanner::engines)));
      admin = server.address();
      listeners.alsoOwn(admin.getPort());
    }
    if (configuration.listen().health().isPresent()) {
      AdminServer server =
          part(
              serve(
                  "health",
                  configuration.listen().health().get(),
                  at -> AdminServer.health(at, this::readiness)));
      health = server.address();
      listeners.alsoOwn(health.getPort());
    }
    bound = listeners.open(configuration.listen());
    readiness = new Readiness.Ready();
  }

  /** Lists that come by URL; in place of those that were fetched for the configuration before. */
  private synchronized void fetchLists(PolicyConfig config) {
    if (fetcher != null) {
      fetcher.close();
      fetcher = null;
    }
    if (!config.fetched().isEmpty()) {
      fetcher =
          new ListFetcher(
              config.fetched(),
              PolicyConfig.listFolder(state),
              Instant::now,
              new FetchedLists(policy));
      fetcher.start();
    }
  }

  private interface Opening {
    AdminServer at(InetSocketAddress address) throws IOException;
  }

  private static AdminServer serve(String name, InetSocketAddress address, Opening opening)
      throws IOException {
    try {
      return opening.at(address);
    } catch (IOException e) {
      throw ListenConfig.cannotListen(name, address, e);
    }
  }

  Listeners.Bound bound() {
    if (bound == null) {
      throw new IllegalStateException("not open");
    }
    return bound;
  }

  Optional<InetSocketAddress> admin() {
    return Optional.ofNullable(admin);
  }

  Optional<InetSocketAddress> health() {
    return Optional.ofNullable(health);
  }

  Policy policy() {
    return policy.get();
  }

  Inspection inspection() {
    return inspection;
  }

  private Readiness readiness() {
    if (readiness instanceof Readiness.Ready
        && journal.health() instanceof Journal.Health.Failing(String reason)) {
      return new Readiness.NotReady("the journal cannot be written: " + reason);
    }
    return readiness;
  }

  /**
   * Reads the file again and puts its policy, lists, users and authority in force, all of them or
   * none; whatever else changed needs a restart, and is named.
   */
  synchronized void reload(Optional<Path> file) {
    Problems problems = new Problems();
    Optional<Configuration> next = Configuration.load(file, problems);
    PolicyInForce.say(problems);
    if (next.isEmpty() || problems.hasErrors() || !reloaded(next.get())) {
      LOG.error("The configuration has errors and was not taken; the one before stays in force.");
      return;
    }
    restartNeeded(next.get())
        .forEach(section ->
            LOG.warn("The section '{}' has changed; that takes effect after a restart.", section));
  }

  /** Whether it was taken; what can fail comes before what changes anything. */
  private boolean reloaded(Configuration next) {
    Inspection.Renewal renewal;
    try {
      renewal = Inspection.read(next.inspect(), state);
    } catch (IOException e) {
      LOG.error("The authority cannot be used: {}", e.getMessage());
      return false;
    }
    if (policy.replace(next.policy(), next.identity()) == PolicyInForce.Replaced.NOT) {
      return false;
    }
    fetchLists(policy.config());
    identity.reload(next.identity());
    Authorities before = inspection.authorities();
    inspection.use(renewal);
    sayWhatChanged(before, renewal.authorities());
    return true;
  }

  private static void sayWhatChanged(Authorities before, Authorities after) {
    if (!after.current().certificate().equals(before.current().certificate())) {
      LOG.info("The authority '{}' signs from now on.", nameOf(after.current()));
    }
    Optional<X509Certificate> announced = before.next().map(Authority::certificate);
    after
        .next()
        .filter(next -> !Optional.of(next.certificate()).equals(announced))
        .ifPresent(next ->
            LOG.info(
                "The authority '{}' is published beside the current one, and does not sign yet.",
                nameOf(next)));
  }

  private static String nameOf(Authority authority) {
    return authority.certificate().getSubjectX500Principal().getName();
  }

  private List<String> restartNeeded(Configuration next) {
    List<String> changed = new ArrayList<>();
    if (!next.listen().equals(configuration.listen())) {
      changed.add("listen");
    }
    if (!next.limits().equals(configuration.limits())) {
      changed.add("limits");
    }
    if (!next.names().equals(configuration.names())) {
      changed.add("names");
    }
    if (!next.origin().equals(configuration.origin())) {
      changed.add("origin");
    }
    if (!next.scan().equals(configuration.scan())) {
      changed.add("scan");
    }
    if (!next.inspect().cannotOpen().equals(configuration.inspect().cannotOpen())
        || !next.inspect().limits().equals(configuration.inspect().limits())) {
      changed.add("inspect (but for never and authority)");
    }
    if (!next.journal().equals(configuration.journal())) {
      changed.add("journal");
    }
    return changed;
  }

  /**
   * Ends in order: readiness first, so that load balancers look elsewhere; then no new connections;
   * then the drain limit.
   */
  void drain() {
    readiness = new Readiness.NotReady("shutting down");
    sleep(configuration.limits().drainGrace().toMillis());
    listeners.drain(configuration.limits().drainLimit());
  }

  @Override
  public void close() {
    if (fetcher != null) {
      fetcher.close();
    }
    for (Closeable part : parts.reversed()) {
      try {
        part.close();
      } catch (IOException e) {
        LOG.warn("{} did not close well: {}", part.getClass().getSimpleName(), e.getMessage());
      }
    }
  }

  private <T extends Closeable> T part(T part) {
    parts.add(part);
    return part;
  }

  private static String pseudonym() {
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    return "sekisho-" + HexFormat.of().formatHex(random);
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
