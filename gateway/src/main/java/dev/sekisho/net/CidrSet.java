package dev.sekisho.net;

import java.util.Collection;

/**
 * A set of ranges: whether an address lies in any of them, quickly and without garbage. Immutable.
 */
public final class CidrSet {
  private final CidrTable table;

  private CidrSet(CidrTable table) {
    this.table = table;
  }

  public static CidrSet of(Collection<Cidr> ranges) {
    return new CidrSet(CidrTable.union(ranges));
  }

  public boolean contains(IpAddress address) {
    return table.find(address) != CidrTable.NONE;
  }
}
