package dev.sekisho.data.names;

import dev.sekisho.net.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Which family is tried first (RFC 8305 §4): IPv6 where the host can reach any of it, otherwise
 * IPv4.
 */
enum Preference {
  IPV6_FIRST,
  IPV4_FIRST;

  /**
   * An address in global unicast space. Nothing is sent to it: only the kernel's routing table is
   * asked.
   */
  private static final InetSocketAddress FAR_AWAY =
      new InetSocketAddress(InetAddress.ofLiteral("2000::1"), 53);

  /** Asks the routing table by connecting a datagram socket, which sends nothing. */
  static Preference ofHost() {
    try (DatagramChannel probe = DatagramChannel.open(StandardProtocolFamily.INET6)) {
      probe.connect(FAR_AWAY);
      InetAddress local = ((InetSocketAddress) probe.getLocalAddress()).getAddress();
      return local.isLinkLocalAddress() || local.isLoopbackAddress() || local.isAnyLocalAddress()
          ? IPV4_FIRST
          : IPV6_FIRST;
    } catch (IOException | UnsupportedOperationException _) {
      // no route, or a kernel without IPv6: that is the answer
      return IPV4_FIRST;
    }
  }

  /**
   * The families in turn, each in the order given, without repetitions, and no more than can
   * sensibly be tried.
   */
  List<IpAddress> interleave(List<IpAddress> addresses) {
    List<IpAddress> distinct = List.copyOf(new LinkedHashSet<>(addresses));
    List<IpAddress> first =
        distinct.stream().filter(address -> address.v6() == (this == IPV6_FIRST)).toList();
    List<IpAddress> second =
        distinct.stream().filter(address -> address.v6() != (this == IPV6_FIRST)).toList();
    List<IpAddress> mixed = new ArrayList<>(distinct.size());
    for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
      if (i < first.size()) {
        mixed.add(first.get(i));
      }
      if (i < second.size()) {
        mixed.add(second.get(i));
      }
    }
    return List.copyOf(mixed.subList(0, Math.min(mixed.size(), ReplyReader.MOST_ADDRESSES)));
  }
}
