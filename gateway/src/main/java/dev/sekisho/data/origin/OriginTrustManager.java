package dev.sekisho.data.origin;

import dev.sekisho.data.origin.trust.CertificateCheck;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Asks {@link CertificateCheck} in the middle of a handshake; an engine it does not know fails. */
final class OriginTrustManager extends X509ExtendedTrustManager {
  private final CertificateCheck check;
  private final Map<SSLEngine, HandshakeNotes> handshakes;

  OriginTrustManager(CertificateCheck check, Map<SSLEngine, HandshakeNotes> handshakes) {
    this.check = check;
    this.handshakes = handshakes;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    HandshakeNotes notes = handshakes.get(engine);
    if (notes == null) {
      throw new CertificateException("nobody waits for this handshake any more");
    }
    switch (check.check(List.of(chain), notes.host())) {
      case CertificateCheck.Result.Sound _ -> notes.sound();
      case CertificateCheck.Result.Refused(var fault, var _) -> {
        notes.refused(fault);
        throw new CertificateException(fault.sentence());
      }
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw noHost();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw noHost();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw noHost();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw noHost();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw noHost();
  }

  private static CertificateException noHost() {
    return new CertificateException("only origins are checked here, and only for a host");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
