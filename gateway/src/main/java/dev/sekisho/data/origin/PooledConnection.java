package dev.sekisho.data.origin;

import dev.sekisho.net.IpAddress;
import io.netty.channel.Channel;

/**
 * A connection to an origin that can serve another exchange.
 *
 * @param address the one that was dialled, to be judged again before each use
 * @param useCount exchanges it has served
 */
public record PooledConnection(Channel channel, IpAddress address, long useCount) {
  /** The same connection after one more exchange. */
  public PooledConnection used() {
    return new PooledConnection(channel, address, useCount + 1);
  }
}
