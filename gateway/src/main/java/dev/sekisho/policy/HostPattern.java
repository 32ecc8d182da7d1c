package dev.sekisho.policy;

import dev.sekisho.net.DomainName;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;

/**
 * A host as a rule names it.
 *
 * @param name canonical, without the leading dot
 */
record HostPattern(String name, Reach reach) {
  enum Reach {
    /** {@code example.com}: that name; also an address. */
    EXACT,
    /** {@code .example.com}: that name and everything below it. */
    BELOW
  }

  static HostPattern parse(String text) throws MalformedException {
    if (text.startsWith("*.")) {
      throw new MalformedException(
          "a name and everything below it is written '" + text.substring(1) + "'");
    }
    if (text.startsWith(".")) {
      return new HostPattern(DomainName.parse(text.substring(1)).text(), Reach.BELOW);
    }
    boolean bareIpv6 = text.indexOf(':') >= 0 && !text.startsWith("[");
    Host host = bareIpv6 ? IpAddress.parse(text).unmapped() : Host.parse(text);
    return new HostPattern(host.text(), Reach.EXACT);
  }

  @Override
  public String toString() {
    return reach == Reach.BELOW ? "." + name : name;
  }
}
