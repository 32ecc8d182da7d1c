package dev.sekisho.data.exchange;

import java.util.Locale;

/**
 * Why an exchange could not go on: whose side, what kind, and whether trying again is safe. A
 * value, not an exception: expected failures are part of the life of a request.
 *
 * @param detail one sentence for the record and for operators, without secrets
 */
public record Failure(Side side, Kind kind, Retry retry, String detail) {
  public enum Side {
    CLIENT,
    GATEWAY,
    ORIGIN;

    /** As written in the journal and in metric labels. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public enum Retry {
    /** Nothing reached the origin, or the method is idempotent and nothing came back. */
    SAFE,
    /** The origin may have acted. */
    UNSAFE
  }

  /**
   * What went wrong. One table: the status the client gets, the Proxy-Status error token (RFC 9209
   * §2.3) and the word in journal and metrics (the constant in kebab case).
   */
  public enum Kind {
    MALFORMED_REQUEST(400, "http_request_error"),
    HEADER_TOO_LARGE(431, "http_request_error"),
    TARGET_TOO_LONG(414, "http_request_error"),
    REQUEST_TIMEOUT(408, "http_request_error"),
    UNSUPPORTED_VERSION(505, "http_request_error"),
    UNSUPPORTED_SCHEME(501, "http_request_error"),
    UNSUPPORTED_EXPECTATION(417, "http_request_error"),
    UNSUPPORTED_CODING(501, "http_request_error"),
    LOOP(508, "proxy_loop_detected"),
    TOO_MANY_CONNECTIONS(429, "connection_limit_reached"),
    CLIENT_LEFT(499, "http_request_error"),
    JOURNAL_UNAVAILABLE(503, "proxy_internal_error"),
    DRAINING(503, "proxy_internal_error"),
    DEFECT(500, "proxy_internal_error"),
    /** The kernel gives the gateway no further socket, as when its file descriptors are used up. */
    NO_SOCKET(503, "proxy_internal_error"),
    NAME_NOT_FOUND(502, "dns_error"),
    NAME_TIMEOUT(504, "dns_timeout"),
    NAME_FAILED(502, "dns_error"),
    CONNECT_REFUSED(502, "connection_refused"),
    CONNECT_UNREACHABLE(502, "destination_ip_unroutable"),
    CONNECT_TIMEOUT(504, "connection_timeout"),
    CERTIFICATE_REFUSED(502, "tls_certificate_error"),
    TLS_FAILED(502, "tls_protocol_error"),
    TLS_ALERT(502, "tls_alert_received"),
    CLIENT_CERTIFICATE_NEEDED(502, "tls_alert_received"),
    CONNECTION_LOST(502, "connection_terminated"),
    READ_TIMEOUT(504, "connection_read_timeout"),
    WRITE_TIMEOUT(504, "connection_write_timeout"),
    MALFORMED_RESPONSE(502, "http_protocol_error"),
    RESPONSE_HEADER_TOO_LARGE(502, "http_response_header_section_size"),
    RESPONSE_INCOMPLETE(502, "http_response_incomplete"),
    IDLE_TIMEOUT(504, "connection_timeout"),
    IDENTITY_UNAVAILABLE(503, "proxy_internal_error"),
    NOT_SCANNED(503, "proxy_internal_error"),
    CLIENT_REFUSED_CERTIFICATE(502, "tls_alert_received"),
    /** It closed without a word as soon as it was shown the certificate. */
    CLIENT_LEFT_AT_CERTIFICATE(502, "connection_terminated"),
    CLIENT_TLS_FAILED(502, "tls_protocol_error"),
    MINTING_FAILED(502, "tls_certificate_error");

    private final int status;
    private final String proxyStatus;

    Kind(int status, String proxyStatus) {
      this.status = status;
      this.proxyStatus = proxyStatus;
    }

    public int status() {
      return status;
    }

    /** The error token of RFC 9209 §2.3. */
    public String proxyStatus() {
      return proxyStatus;
    }

    /** As written in the journal and in metric labels. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
