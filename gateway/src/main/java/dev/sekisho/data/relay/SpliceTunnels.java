package dev.sekisho.data.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Tunnels between plain TCP sockets, pumped by threads of their own with nothing of Netty. The
 * descriptors are duplicated and the channels closed, which closes Netty's descriptors only: the
 * connections live on in ours.
 */
final class SpliceTunnels implements Tunnels {
  private final List<PumpLoop> pumps = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  SpliceTunnels(TunnelLimits limits) throws IOException {
    for (int i = 0; i < limits.threads(); i++) {
      pumps.add(new PumpLoop("tunnels-" + i, limits));
    }
  }

  @Override
  public Tunnel open(
      Channel client,
      Channel origin,
      ByteBuf earlyUp,
      ByteBuf earlyDown,
      Duration idle,
      Consumer<Ended> then) {
    PumpLoop pump = pumps.get(Math.floorMod(next.getAndIncrement(), pumps.size()));
    return new Handover(pump, client, origin, idle, then).begin(earlyUp, earlyDown);
  }

  @Override
  public void close() {
    pumps.forEach(PumpLoop::close);
  }
}
