package dev.sekisho.data.inspect;

import dev.sekisho.net.Host;
import java.util.List;
import java.util.Optional;

/**
 * What a ClientHello says (RFC 8446 §4.1.2), as far as the gateway has to know.
 *
 * @param serverName the name in server_name (RFC 6066 §3); empty when there is none
 * @param protocols what ALPN offers (RFC 7301); empty when it is not used
 */
public record ClientHello(Optional<Host> serverName, List<String> protocols, Encrypted encrypted) {
  /** Whether there is an encrypted ClientHello inside (RFC 9849), or what looks like one. */
  public enum Encrypted {
    ABSENT,
    /** Also what browsers send to have nobody tell the difference. */
    OFFERED
  }

  /** Whether HTTP/1.1 can be spoken: it is offered, or the client leaves it open. */
  public boolean speaksHttp1() {
    return protocols.isEmpty() || protocols.contains("http/1.1");
  }
}
