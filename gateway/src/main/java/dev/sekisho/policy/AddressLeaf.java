package dev.sekisho.policy;

import dev.sekisho.net.CidrSet;
import dev.sekisho.net.EmbeddedIpv4;
import dev.sekisho.net.IpAddress;
import java.util.List;

/**
 * {@code to.address}: of several addresses of a name, an allow rule needs every one of them in the
 * ranges (any of them may be dialled), a deny rule holds for any. A deny rule also looks at the
 * IPv4 address that an IPv6 address carries. When the client asked for an address itself, that is
 * what is compared, and nothing has to be resolved.
 *
 * @param naming the ranges that name a special-purpose address: all but the one of everything
 */
record AddressLeaf(CidrSet ranges, CidrSet naming, List<String> written) implements Leaf {
  @Override
  public Truth test(View view, Sense sense) {
    Seen seen = view.seen();
    if (seen.host instanceof IpAddress literal) {
      return Truth.of(matches(literal, sense));
    }
    if (seen.address != Facts.State.KNOWN) {
      return Truth.missing(Facts.Group.ADDRESS, seen.address);
    }
    return switch (sense) {
      case ALLOW -> Truth.of(!seen.addresses.isEmpty() && every(seen.addresses));
      case DENY -> Truth.of(any(seen.addresses));
    };
  }

  private boolean every(List<IpAddress> addresses) {
    for (int i = 0; i < addresses.size(); i++) {
      if (!matches(addresses.get(i), Sense.ALLOW)) {
        return false;
      }
    }
    return true;
  }

  private boolean any(List<IpAddress> addresses) {
    for (int i = 0; i < addresses.size(); i++) {
      if (matches(addresses.get(i), Sense.DENY)) {
        return true;
      }
    }
    return false;
  }

  private boolean matches(IpAddress address, Sense sense) {
    if (ranges.contains(address)) {
      return true;
    }
    return sense == Sense.DENY
        && address.v6()
        && EmbeddedIpv4.of(address).stream().anyMatch(ranges::contains);
  }

  @Override
  public int groups() {
    return Truth.bit(Facts.Group.ADDRESS);
  }

  @Override
  public String field() {
    return "to.address";
  }

  @Override
  public String expected() {
    return Texts.some(written);
  }

  @Override
  public String value(Seen seen) {
    return Texts.some(seen.addressTexts());
  }
}
