package dev.sekisho.data.listen;

import dev.sekisho.net.AddressClass;
import dev.sekisho.net.IpAddress;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recognises this gateway's own listeners, under whatever address of this machine they are asked
 * for.
 */
final class OwnAddresses {
  private static final Logger LOG = LoggerFactory.getLogger(OwnAddresses.class);

  private final Set<Integer> ports = ConcurrentHashMap.newKeySet();
  private final Set<IpAddress> addresses;

  private OwnAddresses(Set<IpAddress> addresses) {
    this.addresses = addresses;
  }

  static OwnAddresses ofThisMachine() {
    try {
      return new OwnAddresses(
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .map(InetAddress::getAddress)
              .map(IpAddress::ofBytes)
              .collect(Collectors.toUnmodifiableSet()));
    } catch (SocketException e) {
      LOG.warn(
          "The addresses of this machine cannot be listed ({}); a loop back to this gateway is recognised on loopback only.",
          e.getMessage());
      return new OwnAddresses(Set.of());
    }
  }

  void listening(int port) {
    ports.add(port);
  }

  boolean contains(IpAddress address, int port) {
    if (!ports.contains(port)) {
      return false;
    }
    AddressClass addressClass = AddressClass.of(address);
    return addressClass == AddressClass.LOOPBACK
        || addressClass == AddressClass.UNSPECIFIED
        || addresses.contains(address);
  }
}
