package dev.sekisho.testing;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Node;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.config.YamlFile;
import dev.sekisho.data.exchange.Observer;
import dev.sekisho.data.inspect.Authorities;
import dev.sekisho.data.inspect.Authority;
import dev.sekisho.data.inspect.InspectConfig;
import dev.sekisho.data.inspect.LeafMint;
import dev.sekisho.data.inspect.MintLimits;
import dev.sekisho.data.listen.InspectionMeans;
import dev.sekisho.data.listen.LimitsConfig;
import dev.sekisho.data.listen.ListenConfig;
import dev.sekisho.data.listen.Listeners;
import dev.sekisho.data.names.DnsResolver;
import dev.sekisho.data.names.NamesConfig;
import dev.sekisho.data.names.SystemFiles;
import dev.sekisho.data.origin.Dialler;
import dev.sekisho.data.origin.HappyEyeballs;
import dev.sekisho.data.origin.OriginConfig;
import dev.sekisho.data.origin.TlsToOrigins;
import dev.sekisho.data.origin.Transport;
import dev.sekisho.data.origin.trust.CertificateCheck;
import dev.sekisho.data.origin.trust.Intermediates;
import dev.sekisho.data.origin.trust.Roots;
import dev.sekisho.data.relay.TunnelLimits;
import dev.sekisho.data.relay.Tunnels;
import dev.sekisho.identity.IdentityConfig;
import dev.sekisho.identity.PasswordFileIdentity;
import dev.sekisho.journal.Journal;
import dev.sekisho.journal.Record;
import dev.sekisho.journal.RecordId;
import dev.sekisho.net.IpAddress;
import dev.sekisho.policy.Obligations;
import dev.sekisho.policy.Policy;
import dev.sekisho.policy.PolicyConfig;
import dev.sekisho.scan.BodyScanner;
import dev.sekisho.scan.ScanConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The whole data plane in this process, on a free port of loopback, with a policy, a hosts file and
 * a journal in memory. Every test that closes it also checks what must hold whatever else the test
 * was about: each exchange ended with exactly one closed record, and neither a client connection,
 * nor a pooled connection, nor a buffer is left.
 */
public final class TestGateway implements AutoCloseable {
  /** What a test gateway does unless its text says otherwise: loopback may be reached. */
  private static final String LOOPBACK_ALLOWED =
      """
      policy:
        rules:
          - name: loopback
            to: { address: [127.0.0.0/8, "::1/128"] }
            action: allow
      """;

  /** What most tests are about lies outside of TLS, or in tunnels. */
  private static final String SEALED =
      "\ninspect: { never: [ { name: sealed in this test, port: 1-65535 } ] }\n";

  private static final String NOT_SCANNED = "\nscan: { default: none }\n";

  /** One for all tests: what it signs is not their matter. */
  private static final Authority AUTHORITY = Authority.make("test", Instant.now());

  /** Names the hosts file knows. */
  private static final String HOSTS =
      "127.0.0.1 origin.example other.example\n::1 six.example\n127.0.0.1 both.example\n::1 both.example\n";

  public static final String PSEUDONYM = "sekisho-test";

  private final Path folder = Files.createTempDirectory("sekisho-test");
  private final Complaints complaints = Complaints.listen();
  private final MemoryJournal journal = new MemoryJournal();
  private final DnsResolver resolver;
  private final Tunnels tunnels;
  private final Listeners listeners;
  private final LeafMint mint;
  private final PasswordFileIdentity identity;
  private final BodyScanner scanner;
  private final TlsToOrigins origins;
  private final Listeners.Bound bound;
  private final LimitsConfig limits;
  private boolean open = true;

  /**
   * What stands around a gateway.
   *
   * @param journal where records go in place of the journal in memory
   * @param nameServer asked for what the hosts file does not know; its times to live are believed
   *     however short they are
   * @param hosts lines for the hosts file
   * @param dialler puts itself before the dialler
   * @param roots trusted beside those of {@code origin.trust}, as a system's are: nobody looks at
   *     their dates when the gateway starts
   */
  public record Surroundings(
      Optional<Journal> journal,
      Optional<dev.sekisho.net.Authority> nameServer,
      String hosts,
      UnaryOperator<Dialler> dialler,
      List<X509Certificate> roots) {
    public static final Surroundings USUAL =
        new Surroundings(Optional.empty(), Optional.empty(), HOSTS, UnaryOperator.identity());

    public Surroundings(
        Optional<Journal> journal,
        Optional<dev.sekisho.net.Authority> nameServer,
        String hosts,
        UnaryOperator<Dialler> dialler) {
      this(journal, nameServer, hosts, dialler, List.of());
    }
  }

  private TestGateway(String yaml, Optional<TestCertificate> certificate, Surroundings around)
      throws IOException {
    Problems problems = new Problems();
    String text =
        (yaml.contains("policy:") ? yaml : yaml + LOOPBACK_ALLOWED)
            + (yaml.contains("inspect:") ? "" : SEALED)
            + (yaml.contains("scan:\n") || yaml.contains("scan: {") ? "" : NOT_SCANNED);
    Node.Mapping top =
        YamlFile.parse("test.yaml", text, problems)
            .orElseThrow(() -> new AssertionError(problems.all().toString()));
    Section root = new Section("the configuration", top, problems);
    limits = LimitsConfig.read(section(root, "limits"));
    OriginConfig origin = OriginConfig.read(section(root, "origin"), folder);
    ListenConfig listen = listen(ListenConfig.read(section(root, "listen"), folder), certificate);
    ScanConfig scanning = ScanConfig.read(section(root, "scan"), folder);
    InspectConfig inspect = InspectConfig.read(section(root, "inspect"), folder);
    IdentityConfig users = IdentityConfig.read(section(root, "identity"), folder);
    Policy policy = policy(PolicyConfig.read(root, folder, byDefault(scanning)), problems);
    if (problems.hasErrors()) {
      throw new AssertionError(problems.all().toString());
    }
    Transport transport = Transport.best();
    resolver = DnsResolver.open(names(around), transport, files(around));
    tunnels = Tunnels.start(TunnelLimits.ofThisMachine());
    Observer observer = record -> {};
    Dialler dialler =
        around.dialler().apply(new HappyEyeballs(origin, transport, Optional.empty()));
    Authorities authorities = new Authorities(AUTHORITY, Optional.empty());
    mint = LeafMint.start(AUTHORITY, MintLimits.usual());
    identity = PasswordFileIdentity.start(users);
    scanner = BodyScanner.start(scanning, folder);
    origins = origins(origin, around.roots());
    var reach = new Listeners.Reach(transport, resolver, dialler, origins, tunnels, origin);
    // One loop, so that whatever clients share in a pool they do share.
    listeners =
        new Listeners(
            1,
            listen,
            limits,
            new Listeners.Parts(
                () -> policy,
                identity,
                around.journal().orElse(journal),
                observer,
                reach,
                new InspectionMeans(mint, () -> authorities, inspect),
                scanner,
                PSEUDONYM));
    bound = listeners.open(listen);
  }

  /** Its state folder, gone when it is closed. */
  public Path state() {
    return folder;
  }

  private static Obligations.Scan byDefault(ScanConfig scanning) {
    return switch (scanning.byDefault()) {
      case ALL -> Obligations.Scan.ALL;
      case NONE -> Obligations.Scan.NONE;
    };
  }

  private Policy policy(PolicyConfig config, Problems problems) {
    return config
        .compile(folder, problems)
        .orElseThrow(() -> new AssertionError(problems.all().toString()));
  }

  /** What origins show has to be certified by these, and by nobody else. */
  private static TlsToOrigins origins(OriginConfig origin, List<X509Certificate> roots)
      throws IOException {
    List<X509Certificate> trusted = new ArrayList<>(origin.tls().trust());
    trusted.addAll(roots);
    return new TlsToOrigins(
        origin.tls(),
        new CertificateCheck(
            Roots.only(trusted),
            () -> Set.of(AUTHORITY.certificate().getPublicKey()),
            Intermediates.NONE,
            InstantSource.system()));
  }

  public static TestGateway start() throws IOException {
    return start("");
  }

  /**
   * @param yaml any of the sections {@code listen}, {@code limits}, {@code origin}, {@code policy}
   *     and {@code devices}
   */
  public static TestGateway start(String yaml) throws IOException {
    return start(yaml, Surroundings.USUAL);
  }

  public static TestGateway start(String yaml, Surroundings around) throws IOException {
    return new TestGateway(yaml, Optional.empty(), around);
  }

  /** Listens over TLS too. */
  public static TestGateway startWithTls(TestCertificate certificate) throws IOException {
    return startWithTls(certificate, "");
  }

  public static TestGateway startWithTls(TestCertificate certificate, String yaml)
      throws IOException {
    return new TestGateway(yaml, Optional.of(certificate), Surroundings.USUAL);
  }

  public int port() {
    return bound.proxy().orElseThrow().getPort();
  }

  public int tlsPort() {
    return bound.proxyTls().orElseThrow().getPort();
  }

  /** The inspection authority of all test gateways, with its key. */
  public static CertificateWorkshop.Made authority() {
    X509Certificate certificate = AUTHORITY.certificate();
    return new CertificateWorkshop.Made(
        certificate, new KeyPair(certificate.getPublicKey(), AUTHORITY.key()));
  }

  /** What trusts the gateway's authority and nobody else. */
  public SSLContext trusting() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("authority", AUTHORITY.certificate());
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  /** What trusts everything, for clients whose own judgement is not the matter. */
  public static SSLContext trustingAnyName() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Trustful()}, null);
    return context;
  }

  private static final class Trustful extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  public MemoryJournal journal() {
    return journal;
  }

  public Listeners listeners() {
    return listeners;
  }

  public LimitsConfig limits() {
    return limits;
  }

  public RawClient client() throws IOException {
    return new RawClient(port());
  }

  /** The record of the only exchange so far, once it is closed. */
  public Record record() throws InterruptedException {
    return journal.onlyClosed();
  }

  private static ListenConfig listen(ListenConfig read, Optional<TestCertificate> certificate) {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return new ListenConfig(
        Optional.of(anyPort),
        certificate.map(pem -> new ListenConfig.TlsListener(anyPort, pem.certificate(), pem.key())),
        read.proxyProtocolFrom(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * A name server at a port where nobody is: what the hosts file does not know does not resolve.
   */
  private static NamesConfig names(Surroundings around) {
    NamesConfig usual = NamesConfig.usual();
    if (around.nameServer().isPresent()) {
      NamesConfig.CacheLimits cache = usual.cache();
      var believing =
          new NamesConfig.CacheLimits(
              cache.entries(),
              Duration.ZERO,
              cache.greatestTtl(),
              cache.negativeTtl(),
              cache.failureTtl());
      return new NamesConfig(
          new NamesConfig.Source.Servers(List.of(around.nameServer().get())),
          usual.timeout(),
          believing);
    }
    var nobody = new dev.sekisho.net.Authority(IpAddress.ofBytes(new byte[] {127, 0, 0, 1}), 1);
    return new NamesConfig(
        new NamesConfig.Source.Servers(List.of(nobody)), Duration.ofSeconds(1), usual.cache());
  }

  private SystemFiles files(Surroundings around) throws IOException {
    return new SystemFiles(
        Files.writeString(folder.resolve("hosts"), around.hosts()),
        Files.writeString(folder.resolve("resolv.conf"), "options timeout:1\n"));
  }

  private static Section section(Section root, String key) {
    Mark mark = root.markOf(key);
    return root.node(key)
        .flatMap(node -> root.asSection(key, node))
        .orElseGet(() -> Section.absent(key, mark, root.problems()));
  }

  /** Closes it, and fails where something is left or an exchange has not ended exactly once. */
  @Override
  public void close() throws IOException, InterruptedException {
    if (!open) {
      return;
    }
    open = false;
    listeners.drain(Duration.ZERO);
    listeners.close();
    tunnels.close();
    mint.close();
    identity.close();
    scanner.close();
    origins.close();
    resolver.close();
    deleteFolder();
    if (listeners.connections() != 0 || listeners.pooled() != 0) {
      throw new AssertionError(
          listeners.connections()
              + " client connections and "
              + listeners.pooled()
              + " pooled ones are left");
    }
    everyExchangeEndedOnce();
    complaints.check();
  }

  private void everyExchangeEndedOnce() {
    Set<RecordId> ended = new HashSet<>();
    for (Record record : journal.closed()) {
      if (!ended.add(record.id)) {
        throw new AssertionError("the exchange " + record.id + " ended twice");
      }
    }
    for (RecordId id : journal.opened()) {
      if (!ended.contains(id)) {
        throw new AssertionError("the exchange " + id + " was opened and never closed");
      }
    }
  }

  private void deleteFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
