package dev.sekisho.data.origin;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows one client certificate, or none, and notes that an origin asked for one. The origin's list
 * of acceptable issuers is not looked at: the operator has said to whom it is shown.
 */
final class OriginKeyManager extends X509ExtendedKeyManager {
  private final Optional<OriginCredential> credential;
  private final Map<SSLEngine, HandshakeNotes> handshakes;

  OriginKeyManager(
      Optional<OriginCredential> credential, Map<SSLEngine, HandshakeNotes> handshakes) {
    this.credential = credential;
    this.handshakes = handshakes;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
    HandshakeNotes notes = handshakes.get(engine);
    if (notes != null) {
      notes.asked();
    }
    return credential
        .filter(shown -> Arrays.asList(keyTypes).contains(shown.key().getAlgorithm()))
        .map(OriginCredential::name)
        .orElse(null);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return credential
        .filter(shown -> shown.name().equals(alias))
        .map(shown -> shown.chain().toArray(X509Certificate[]::new))
        .orElse(null);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return credential
        .filter(shown -> shown.name().equals(alias))
        .map(OriginCredential::key)
        .orElse(null);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return credential.map(shown -> new String[] {shown.name()}).orElse(null);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
