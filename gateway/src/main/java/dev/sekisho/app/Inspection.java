package dev.sekisho.app;

import dev.sekisho.data.inspect.Authorities;
import dev.sekisho.data.inspect.Authority;
import dev.sekisho.data.inspect.AuthorityStore;
import dev.sekisho.data.inspect.InspectConfig;
import dev.sekisho.data.inspect.LeafMint;
import dev.sekisho.data.inspect.MintLimits;
import dev.sekisho.data.listen.InspectionMeans;
import dev.sekisho.data.origin.OriginConfig;
import dev.sekisho.data.origin.OriginTls;
import dev.sekisho.data.origin.TlsToOrigins;
import dev.sekisho.data.origin.trust.CertificateCheck;
import dev.sekisho.data.origin.trust.IntermediateFetch;
import dev.sekisho.data.origin.trust.Intermediates;
import dev.sekisho.data.origin.trust.Roots;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Both sides of opening TLS: the authority that clients see, and the check of origins. */
final class Inspection implements Closeable {
  private final InspectConfig config;
  private final LeafMint mint;
  private final CertificateCheck check;
  private final TlsToOrigins origins;
  private volatile Authorities authorities;
  private volatile Optional<Authority> previous;

  private Inspection(
      Configuration configuration, Authorities authorities, Path state, Intermediates fetching)
      throws IOException {
    OriginConfig origin = configuration.origin();
    this.previous = new AuthorityStore(state).previous();
    this.config = configuration.inspect();
    this.authorities = authorities;
    this.check =
        new CertificateCheck(
            Roots.system(origin.tls().trust()), this::ownKeys, fetching, InstantSource.system());
    this.origins = new TlsToOrigins(origin.tls(), check);
    this.mint = LeafMint.start(authorities.current(), MintLimits.usual());
  }

  /**
   * @throws IOException with a sentence for the operator
   */
  static Inspection start(Configuration configuration, Path state) throws IOException {
    Intermediates fetching =
        switch (configuration.origin().tls().missing()) {
          case REFUSED -> Intermediates.NONE;
          case FETCHED ->
              new IntermediateFetch(new IssuerNames(new NameLookup(configuration.names())));
        };
    Authorities authorities = configuration.inspect().authority().open(state, Instant.now());
    return new Inspection(configuration, authorities, state, fetching);
  }

  InspectionMeans means() {
    return new InspectionMeans(mint, () -> authorities, config);
  }

  OriginTls origins() {
    return origins;
  }

  Authorities authorities() {
    return authorities;
  }

  /** Where trust in origins comes from, for people. */
  String trust() {
    return check.roots().description();
  }

  /** The authorities that are there now, read and not yet in use. */
  record Renewal(Authorities authorities, Optional<Authority> previous) {}

  /**
   * Reads the authorities that are there now.
   *
   * @throws IOException with a sentence for the operator
   */
  static Renewal read(InspectConfig next, Path state) throws IOException {
    return new Renewal(
        next.authority().open(state, Instant.now()), new AuthorityStore(state).previous());
  }

  /** Signs by these from now on. */
  void use(Renewal renewal) {
    authorities = renewal.authorities();
    previous = renewal.previous();
    check.forget();
    mint.use(authorities.current());
  }

  private Set<PublicKey> ownKeys() {
    Set<PublicKey> keys = new HashSet<>();
    keys.add(key(authorities.current()));
    authorities.next().ifPresent(next -> keys.add(key(next)));
    previous.ifPresent(old -> keys.add(key(old)));
    return keys;
  }

  private static PublicKey key(Authority authority) {
    return authority.certificate().getPublicKey();
  }

  @Override
  public void close() throws IOException {
    mint.close();
    origins.close();
  }
}
