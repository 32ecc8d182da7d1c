package dev.sekisho.data.listen;

import dev.sekisho.net.AddressClass;
import dev.sekisho.net.Authority;
import dev.sekisho.net.IpAddress;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recognises this gateway's own listeners, under whatever address of this machine they are asked
 * for. Addresses come and go (a second interface, an address that moves between machines), so they
 * are read again from time to time.
 */
final class OwnAddresses {
  /** How long a new address may stay unknown. */
  static final Duration INTERVAL = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(OwnAddresses.class);

  private final Set<Integer> ports = ConcurrentHashMap.newKeySet();
  private final Set<Integer> doors = ConcurrentHashMap.newKeySet();
  private final Interfaces interfaces;
  private volatile Set<IpAddress> addresses = Set.of();

  /** Where the addresses of this machine are asked for. */
  interface Interfaces {
    Set<IpAddress> addresses() throws SocketException;
  }

  private OwnAddresses(Interfaces interfaces) {
    this.interfaces = interfaces;
  }

  static OwnAddresses ofThisMachine() {
    return of(OwnAddresses::kernel);
  }

  static OwnAddresses of(Interfaces interfaces) {
    OwnAddresses own = new OwnAddresses(interfaces);
    try {
      own.addresses = interfaces.addresses();
    } catch (SocketException e) {
      LOG.warn(
          "The addresses of this machine cannot be listed ({}); until they can, a loop back to this gateway"
              + " is recognised on loopback only.",
          e.getMessage());
    }
    return own;
  }

  private static Set<IpAddress> kernel() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .map(InetAddress::getAddress)
        .map(IpAddress::ofBytes)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Reads them again in this interval, until the loop ends. Listing asks the kernel several times,
   * which is not for a loop: it is only the clock here.
   */
  void keepUp(EventExecutor loop, Duration interval) {
    loop.scheduleWithFixedDelay(
        () -> Thread.ofVirtual().name("own-addresses").start(this::readAgain),
        interval.toNanos(),
        interval.toNanos(),
        TimeUnit.NANOSECONDS);
  }

  private void readAgain() {
    try {
      addresses = interfaces.addresses();
    } catch (SocketException e) {
      LOG.debug("The addresses of this machine cannot be listed; those known stay.", e);
    }
  }

  void listening(int port) {
    ports.add(port);
  }

  /** A proxy listens here, which is where clients also ask for the gateway's own page. */
  void door(int port) {
    listening(port);
    doors.add(port);
  }

  boolean contains(IpAddress address, int port) {
    return ports.contains(port) && isOfThisMachine(address);
  }

  /** Whether a proxy of this gateway listens there, as far as can be told without a look-up. */
  boolean isDoor(Authority asked) {
    return doors.contains(asked.port())
        && asked.host() instanceof IpAddress address
        && isOfThisMachine(address);
  }

  private boolean isOfThisMachine(IpAddress address) {
    AddressClass addressClass = AddressClass.of(address);
    return addressClass == AddressClass.LOOPBACK
        || addressClass == AddressClass.UNSPECIFIED
        || addresses.contains(address);
  }
}
