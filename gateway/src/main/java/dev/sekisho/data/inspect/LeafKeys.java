package dev.sekisho.data.inspect;

import io.netty.handler.ssl.PemPrivateKey;
import io.netty.handler.ssl.PemX509Certificate;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows each connection's own leaf out of one context. An engine is made with the name and port of
 * its peer, which a server has no use for; in the name's place stands the chain that the connection
 * shows, as PEM. That string is the alias, so nothing has to be looked up, and nothing can have
 * been thrown away between the making of an engine and its handshake.
 */
final class LeafKeys extends X509ExtendedKeyManager {
  private final PemPrivateKey key;

  /**
   * @param key of all leaves of the epoch
   */
  LeafKeys(PrivateKey key) {
    this.key =
        PemPrivateKey.valueOf(
            Pem.block("PRIVATE KEY", key.getEncoded()).getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return keyType.startsWith("EC") ? engine.getPeerHost() : null;
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return new X509Certificate[] {
      PemX509Certificate.valueOf(alias.getBytes(StandardCharsets.US_ASCII))
    };
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return key;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }
}
