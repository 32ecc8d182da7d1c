package dev.sekisho.data.origin;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.origin.trust.CertificateFault;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Why TLS with one origin failed. The libraries say it in exceptions whose text alone tells what
 * happened: BoringSSL's in reason codes such as {@code SSLV3_ALERT_HANDSHAKE_FAILURE}, the JDK's in
 * sentences such as {@code Received fatal alert: handshake_failure}.
 */
final class TlsTrouble {
  private static final Pattern NATIVE_ALERT =
      Pattern.compile(
          "(?:SSLV3|TLSV1|TLSV13?)_ALERT_([A-Z_]{1,60})|TLSV1_(CERTIFICATE_REQUIRED|UNRECOGNIZED_NAME)");
  private static final Pattern JDK_ALERT =
      Pattern.compile("Received fatal alert: ([a-z_]{1,60})|\\(([a-z_]{1,60})\\) Received fatal");
  private static final Pattern NATIVE_REASON =
      Pattern.compile("OPENSSL_internal:([A-Z0-9_]{1,80})");
  private static final int DEEPEST = 8;

  private final HandshakeNotes notes;
  private final boolean hasCredential;

  TlsTrouble(HandshakeNotes notes, OriginKey.Security.Tls key) {
    this.notes = notes;
    this.hasCredential = !key.credential().isEmpty();
  }

  /** The handshake failed; nothing of a request has been sent. */
  Failure inHandshake(Throwable cause) {
    CertificateFault fault = notes.fault();
    if (fault != null) {
      return failure(Failure.Kind.CERTIFICATE_REFUSED, fault.sentence());
    }
    return told(cause, "during the TLS handshake");
  }

  /** Whether the TLS library, and not the socket or something of ours, complains. */
  static boolean isOfTls(Throwable cause) {
    return cause instanceof DecoderException || has(cause, SSLException.class);
  }

  /** The established connection broke. */
  TlsBroken later(Throwable cause) {
    return new TlsBroken(told(cause, "in the middle of the connection"), cause);
  }

  Failure outOfTime(long millis) {
    return failure(
        Failure.Kind.TLS_FAILED,
        host() + " did not finish the TLS handshake within " + millis + " ms.");
  }

  Failure tooMuch() {
    return failure(
        Failure.Kind.TLS_FAILED,
        host() + " sent more than " + HandshakeBytes.MOST + " bytes in the TLS handshake.");
  }

  Failure closed() {
    if (notes.wasAsked() && !hasCredential) {
      return needed("closed the connection");
    }
    return failure(
        Failure.Kind.TLS_FAILED, host() + " closed the connection during the TLS handshake.");
  }

  Failure otherProtocol(String selected) {
    return failure(
        Failure.Kind.TLS_FAILED,
        host()
            + " chose the protocol '"
            + selected
            + "' in the TLS handshake; http/1.1 was offered.");
  }

  private Failure told(Throwable cause, String when) {
    Optional<String> alert = find(cause, TlsTrouble::alert);
    if (alert.isPresent()) {
      return alerted(alert.get(), when);
    }
    if (has(cause, NotSslRecordException.class)) {
      return failure(
          Failure.Kind.TLS_FAILED, host() + " does not speak TLS: its answer is no TLS record.");
    }
    if (has(cause, ClosedChannelException.class)) {
      return closed();
    }
    Optional<String> reason = find(cause, message -> first(NATIVE_REASON, message));
    if (reason.isPresent() && reason.get().equals("KEY_USAGE_BIT_INCORRECT")) {
      return failure(
          Failure.Kind.CERTIFICATE_REFUSED,
          "The certificate of "
              + host()
              + " is used against its key usage: it does not allow what this handshake needs.");
    }
    String words = reason.map(TlsTrouble::words).orElseGet(() -> plain(cause));
    if (words.contains("unsupported protocol") || words.contains("protocol_version")) {
      return failure(
          Failure.Kind.TLS_FAILED, host() + " speaks no TLS newer than 1.1; 1.2 is the least.");
    }
    return failure(
        Failure.Kind.TLS_FAILED, "TLS with " + host() + " failed " + when + ": " + words + ".");
  }

  private Failure alerted(String alert, String when) {
    boolean aboutUs =
        switch (alert) {
          case "certificate required",
              "handshake failure",
              "bad certificate",
              "no certificate",
              "certificate unknown",
              "access denied" ->
              true;
          default -> false;
        };
    if (notes.wasAsked() && aboutUs && !hasCredential) {
      return needed("refused the connection with the alert '" + alert + "'");
    }
    if (alert.equals("protocol version")) {
      return failure(
          Failure.Kind.TLS_ALERT,
          host() + " refused TLS 1.2 and 1.3 with the alert 'protocol version'.");
    }
    return failure(
        Failure.Kind.TLS_ALERT, host() + " ended TLS " + when + " with the alert '" + alert + "'.");
  }

  private Failure needed(String what) {
    return failure(
        Failure.Kind.CLIENT_CERTIFICATE_NEEDED,
        host()
            + " asked for a client certificate and "
            + what
            + ". Give the gateway one for this host (origin.credentials), or leave the host's"
            + " connections sealed, so that the client shows its own (inspect.never).");
  }

  private Failure failure(Failure.Kind kind, String detail) {
    return new Failure(Failure.Side.ORIGIN, kind, Failure.Retry.SAFE, detail);
  }

  private String host() {
    return notes.host().text();
  }

  private static Optional<String> alert(String message) {
    return first(NATIVE_ALERT, message).or(() -> first(JDK_ALERT, message)).map(TlsTrouble::words);
  }

  private static String words(String code) {
    return code.toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static Optional<String> first(Pattern pattern, String message) {
    Matcher matcher = pattern.matcher(message);
    if (!matcher.find()) {
      return Optional.empty();
    }
    return Optional.of(
        matcher.group(1) != null || matcher.groupCount() < 2 ? matcher.group(1) : matcher.group(2));
  }

  private static String plain(Throwable cause) {
    Throwable named =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    String message = String.valueOf(named.getMessage());
    return message.substring(0, Math.min(message.length(), 160)).replaceAll("[\\r\\n]+", " ");
  }

  private static boolean has(Throwable cause, Class<? extends Throwable> type) {
    Throwable at = cause;
    for (int depth = 0; at != null && depth < DEEPEST; depth++) {
      if (type.isInstance(at)) {
        return true;
      }
      at = at.getCause();
    }
    return false;
  }

  private interface Reading {
    Optional<String> of(String message);
  }

  private static Optional<String> find(Throwable cause, Reading reading) {
    Throwable at = cause;
    for (int depth = 0; at != null && depth < DEEPEST; depth++) {
      Optional<String> found = reading.of(String.valueOf(at.getMessage()));
      if (found.isPresent()) {
        return found;
      }
      at = at.getCause();
    }
    return Optional.empty();
  }
}
