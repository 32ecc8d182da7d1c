package dev.sekisho.data.origin;

import dev.sekisho.data.origin.trust.CertificateFault;
import dev.sekisho.net.Host;
import org.jspecify.annotations.Nullable;

/**
 * What is learnt during one handshake on the threads that check certificates, for the event loop to
 * read afterwards.
 */
final class HandshakeNotes {
  enum Checked {
    NOT_YET,
    SOUND
  }

  private final Host host;
  private volatile Checked checked = Checked.NOT_YET;
  private volatile boolean clientCertificateAsked;
  private volatile @Nullable CertificateFault fault;

  HandshakeNotes(Host host) {
    this.host = host;
  }

  Host host() {
    return host;
  }

  void asked() {
    clientCertificateAsked = true;
  }

  boolean wasAsked() {
    return clientCertificateAsked;
  }

  void sound() {
    checked = Checked.SOUND;
  }

  Checked checked() {
    return checked;
  }

  void refused(CertificateFault fault) {
    this.fault = fault;
  }

  @Nullable CertificateFault fault() {
    return fault;
  }
}
