package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Failure.Kind;
import dev.sekisho.data.exchange.Failure.Side;
import dev.sekisho.data.inspect.PlainAlert;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a client and the gateway did not come to terms in TLS. */
final class HandshakeTrouble {
  static final Failure TOO_SLOW =
      client(Kind.CLIENT_TLS_FAILED, "The client did not complete the TLS handshake in time.");
  static final Failure LEFT_EARLY =
      client(Kind.CLIENT_TLS_FAILED, "The client closed before it was shown a certificate.");
  private static final Failure LEFT_AT_CERTIFICATE =
      client(
          Kind.CLIENT_LEFT_AT_CERTIFICATE,
          "The client closed right after the gateway's certificate, without an alert that says why."
              + " Programs do that when they do not have the gateway's authority, or expect one"
              + " certificate alone.");
  private static final Failure LEFT_LATER =
      client(
          Kind.CLIENT_TLS_FAILED,
          "The client closed the connection in the middle of the TLS handshake.");

  /** As OpenSSL and BoringSSL name the alert that was received. */
  private static final Pattern ALERT =
      Pattern.compile("ALERT[_ ]([A-Z_ ]+)|alert[ :]+([a-z_ ]+)", Pattern.CASE_INSENSITIVE);

  /** What a client says that takes our certificate for false (RFC 8446 §6.2). */
  private static final Pattern CERTIFICATE =
      Pattern.compile("certificate|unknown_ca|access_denied|decrypt_error");

  /** Alerts that complain of nothing (RFC 8446 §6.1). */
  private static final Set<String> FAREWELL = Set.of("close_notify", "user_canceled");

  private HandshakeTrouble() {}

  static Failure malformed(String detail) {
    return client(Kind.CLIENT_TLS_FAILED, "The client began TLS with " + detail + ".");
  }

  static Failure notMinted(String detail) {
    return new Failure(
        Side.GATEWAY,
        Kind.MINTING_FAILED,
        Failure.Retry.SAFE,
        "No certificate could be made: " + detail);
  }

  /** It closed after it was shown the certificate. */
  static Failure left(PlainAlert.Answered answered) {
    return switch (answered) {
      case NOTHING, ALERT -> LEFT_AT_CERTIFICATE;
      case SOMETHING -> LEFT_LATER;
    };
  }

  /**
   * @param seen what came in plain text
   */
  static Failure of(PlainAlert seen, @Nullable Throwable cause) {
    String message = cause == null || cause.getMessage() == null ? "" : cause.getMessage();
    Optional<String> alert = seen.name().or(() -> named(message));
    if (alert.isPresent() && !FAREWELL.contains(alert.get())) {
      return byAlert(alert.get());
    }
    // an alert that is encrypted and that the TLS library does not name took leave and no more
    if (seen.answered() == PlainAlert.Answered.ALERT) {
      return left(seen.answered());
    }
    if (cause instanceof java.nio.channels.ClosedChannelException) {
      return left(seen.answered());
    }
    return client(
        Kind.CLIENT_TLS_FAILED,
        "The TLS handshake with the client failed: "
            + (message.isEmpty() ? "no reason given" : message)
            + ".");
  }

  private static Optional<String> named(String message) {
    Matcher alert = ALERT.matcher(message);
    if (!alert.find()) {
      return Optional.empty();
    }
    String found = alert.group(1) == null ? alert.group(2) : alert.group(1);
    return Optional.of(found.strip().toLowerCase(Locale.ROOT).replace(' ', '_'));
  }

  private static Failure byAlert(String name) {
    return CERTIFICATE.matcher(name).find()
        ? client(
            Kind.CLIENT_REFUSED_CERTIFICATE,
            "The client refused the gateway's certificate (alert "
                + name
                + "): it does not have the gateway's authority, or expects one certificate alone.")
        : client(Kind.CLIENT_TLS_FAILED, "The client gave up TLS (alert " + name + ").");
  }

  private static Failure client(Kind kind, String detail) {
    return new Failure(Side.CLIENT, kind, Failure.Retry.SAFE, detail);
  }
}
