package dev.sekisho.data.origin;

import dev.sekisho.net.DomainName;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A client certificate that the gateway holds, and the origins that are shown it.
 *
 * @param chain the certificate itself first
 */
public record OriginCredential(
    String name, List<X509Certificate> chain, PrivateKey key, List<Shown> to) {
  /** An origin as the configuration names it. */
  public sealed interface Shown {
    boolean covers(Host host);

    /** That name or address alone. */
    record Exactly(Host host) implements Shown {
      @Override
      public boolean covers(Host asked) {
        return host.equals(asked);
      }
    }

    /** The name and everything below it. */
    record Below(DomainName name) implements Shown {
      @Override
      public boolean covers(Host asked) {
        return asked instanceof DomainName other
            && (other.equals(name) || other.text().endsWith("." + name.text()));
      }
    }

    static Shown parse(String text) throws MalformedException {
      if (text.startsWith(".")) {
        return new Below(DomainName.parse(text.substring(1)));
      }
      boolean bareIpv6 = text.indexOf(':') >= 0 && !text.startsWith("[");
      return new Exactly(bareIpv6 ? IpAddress.parse(text).unmapped() : Host.parse(text));
    }
  }

  boolean shownTo(Host host) {
    return to.stream().anyMatch(shown -> shown.covers(host));
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "OriginCredential[" + name + " to " + to + "]";
  }
}
