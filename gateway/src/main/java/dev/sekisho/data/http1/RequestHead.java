package dev.sekisho.data.http1;

import dev.sekisho.net.Authority;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request that kept all the rules: request line and header fields. Immutable; holds
 * no buffer.
 */
public final class RequestHead implements ParsedRequest {
  private final RequestLine line;
  private final Fields fields;
  private final HostField host;
  private final BodyFraming framing;

  RequestHead(RequestLine line, Fields fields, HostField host, BodyFraming framing) {
    this.line = line;
    this.fields = fields;
    this.host = host;
    this.framing = framing;
  }

  /** Case-sensitive; the well-known ones are interned. */
  public String method() {
    return line.method();
  }

  public Target target() {
    return line.named().target();
  }

  /** The target exactly as the client wrote it: in absolute-form the whole URL. */
  public String writtenTarget() {
    return text(line.targetStart(), line.targetEnd());
  }

  /**
   * Path and query as the origin is asked for them: byte for byte what the client wrote after the
   * authority, {@code /} put where the path is empty, {@code *} for OPTIONS on a URL without a path
   * (RFC 9112 §3.2.4). Empty for CONNECT.
   */
  public String pathAndQuery() {
    return switch (emptyPath()) {
      case GIVEN -> text(line.pathStart(), line.targetEnd());
      case SLASH -> "/" + text(line.pathStart(), line.targetEnd());
      case ASTERISK -> "*";
    };
  }

  /** 0 or 1, of HTTP/1. */
  public int minorVersion() {
    return line.minorVersion();
  }

  public Fields fields() {
    return fields;
  }

  public BodyFraming framing() {
    return framing;
  }

  /**
   * What the Host field names, or null when it is absent or empty; only origin-form requests are
   * steered by it.
   */
  public @Nullable Authority host() {
    return host.authority();
  }

  /** The Host field names something else than the target. The target wins (RFC 9112 §3.2.2). */
  public boolean hostDisagrees() {
    return host.disagrees();
  }

  /**
   * Whether the client's connection can carry another request. Never with HTTP/1.0: a proxy must
   * not (RFC 9112 appendix C.2.2).
   */
  public boolean keepAlive() {
    return line.minorVersion() == 1
        && !fields.hasToken(FieldName.CONNECTION, "close")
        && !fields.hasToken(FieldName.PROXY_CONNECTION, "close");
  }

  /**
   * The client waits for a 100 before it sends its body. Ignored in HTTP/1.0 (RFC 9110 §10.1.1).
   */
  public boolean expectsContinue() {
    return line.minorVersion() == 1
        && fields.has(FieldName.EXPECT)
        && !(framing instanceof BodyFraming.None);
  }

  /** A WebSocket handshake (RFC 6455 §4.1). Other upgrades are not passed on. */
  public boolean upgradesToWebSocket() {
    return fields.has(FieldName.UPGRADE)
        && line.minorVersion() == 1
        && line.method().equals("GET")
        && framing instanceof BodyFraming.None
        && fields.hasToken(FieldName.CONNECTION, "upgrade")
        && fields.hasToken(FieldName.UPGRADE, "websocket");
  }

  /**
   * The credentials are for this connection and not for this request (NTLM, Negotiate): the
   * origin's connection must not be shared.
   */
  public boolean authenticatesConnection() {
    return fields.hasConnectionBoundScheme(FieldName.AUTHORIZATION);
  }

  /** The request has been here before: a member of Via names this pseudonym (RFC 9110 §7.6.3). */
  public boolean viaContains(String pseudonym) {
    return Via.contains(fields, pseudonym);
  }

  /**
   * How many more proxies an OPTIONS or TRACE may pass (RFC 9110 §7.6.2); -1 without limit. At 0
   * the gateway answers itself.
   */
  public int maxForwards() {
    return MaxForwards.of(this);
  }

  /** The value the Host field of the request to the origin has. */
  byte[] hostForOrigin() {
    return host.forOrigin();
  }

  RequestLine line() {
    return line;
  }

  enum EmptyPath {
    GIVEN,
    SLASH,
    ASTERISK
  }

  /** What stands for the path where the target has none. */
  EmptyPath emptyPath() {
    if (!(target() instanceof Target.AbsoluteForm)
        || (line.pathStart() < line.targetEnd() && fields.bytes()[line.pathStart()] == '/')) {
      return EmptyPath.GIVEN;
    }
    return line.pathStart() == line.targetEnd() && line.method().equals("OPTIONS")
        ? EmptyPath.ASTERISK
        : EmptyPath.SLASH;
  }

  private String text(int from, int to) {
    return new String(fields.bytes(), from, to - from, StandardCharsets.US_ASCII);
  }
}
