package dev.sekisho.testing;

import dev.sekisho.data.origin.Dialler;
import dev.sekisho.net.AddressClass;
import dev.sekisho.net.IpAddress;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A dialler under which loopback stands in for the internet: what would go to global addresses goes
 * to 127.0.0.1 at the same port, and everything else where it was to go. Remembers which addresses
 * it was asked for.
 */
public final class InternetStandIn implements Dialler {
  private static final IpAddress LOOPBACK = IpAddress.ofBytes(new byte[] {127, 0, 0, 1});

  private final Dialler real;
  private final List<List<IpAddress>> asked = new CopyOnWriteArrayList<>();

  public InternetStandIn(Dialler real) {
    this.real = real;
  }

  /** The addresses of each dial, in order. */
  public List<List<String>> asked() {
    return asked.stream()
        .map(addresses -> addresses.stream().map(IpAddress::text).toList())
        .toList();
  }

  public void forget() {
    asked.clear();
  }

  @Override
  public Attempt dial(List<IpAddress> addresses, int port, EventLoop loop, Consumer<Dialled> then) {
    asked.add(List.copyOf(addresses));
    boolean global =
        addresses.stream().allMatch(address -> AddressClass.of(address) == AddressClass.GLOBAL);
    return real.dial(
        global ? List.of(LOOPBACK) : addresses,
        port,
        loop,
        outcome ->
            then.accept(
                switch (outcome) {
                  case Dialled.Connected(var channel, IpAddress _) when global ->
                      new Dialled.Connected(channel, addresses.getFirst());
                  case Dialled.Connected connected -> connected;
                  case Dialled.Failed failed -> failed;
                }));
  }
}
