package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Way;
import dev.sekisho.data.origin.Dialler;
import dev.sekisho.data.origin.OriginConnection;
import dev.sekisho.data.origin.OriginKey;
import dev.sekisho.data.origin.SecureDial;
import dev.sekisho.net.Authority;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import io.netty.channel.Channel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request's access to its origin: a connection that was used before, or a new one, with TLS
 * where the URL says https. Nothing but the handshake goes out on it before the origin's
 * certificate is verified.
 */
final class Access {
  private final ClientConnection client;
  private final Lane lane;
  private final Outreach outreach;
  private final OriginKey key;
  private final Told told;
  private Use use = Use.WANTED;
  private Dialler.@Nullable Attempt attempt;

  private enum Use {
    WANTED,
    OVER
  }

  /** Who is told what came of it; once. */
  interface Told {
    void reached(OriginConnection connection);

    void failed(Failure failure);
  }

  Access(ClientConnection client, Lane lane, OriginKey key, Told told) {
    this.client = client;
    this.lane = lane;
    this.outreach = new Outreach(client, lane);
    this.key = key;
    this.told = told;
  }

  /** A connection serves one user alone, and one security. */
  static OriginKey key(Way way, String user, Lane lane) {
    return switch (way.security()) {
      case Way.Security.Plain _ ->
          new OriginKey(new Authority(way.host(), way.port()), OriginKey.Security.PLAIN, user);
      case Way.Security.Tls(Host name) ->
          new OriginKey(
              new Authority(name, way.port()), lane.means().originTls().securityFor(name), user);
    };
  }

  /**
   * A connection that was used before, or null.
   *
   * @param youngerThanNanos not one that has rested longer
   */
  @Nullable OriginConnection used(List<IpAddress> addresses, long youngerThanNanos) {
    OriginConnection bound = client.bound().take(key);
    if (bound != null && addresses.contains(bound.address())) {
      return bound;
    }
    if (bound != null) {
      bound.close();
    }
    return lane.pool().take(key, addresses, youngerThanNanos, lane.deadlines().nowNanos());
  }

  void dial(List<IpAddress> addresses, int port) {
    attempt =
        switch (key.security()) {
          case OriginKey.Security.Plain _ -> outreach.dial(addresses, port, this::dialled);
          case OriginKey.Security.Tls tls ->
              outreach.dial(
                  new SecureDial.Destination(addresses, port, key.authority(), tls), this::secured);
        };
  }

  private void dialled(Dialler.Dialled outcome) {
    attempt = null;
    switch (outcome) {
      case Dialler.Dialled.Failed(Failure failure) -> told.failed(failure);
      case Dialler.Dialled.Connected(Channel channel, IpAddress address) -> {
        if (use == Use.OVER) {
          channel.close();
        } else if (ended(channel)) {
          channel.close();
          told.failed(Broken.ENDED_AT_ONCE);
        } else {
          told.reached(connection(channel, address));
        }
      }
    }
  }

  private void secured(SecureDial.Outcome outcome) {
    attempt = null;
    switch (outcome) {
      case SecureDial.Outcome.Failed(Failure failure) -> told.failed(failure);
      // Whoever calls this guards it.
      case SecureDial.Outcome.Defective(RuntimeException cause) -> throw cause;
      case SecureDial.Outcome.Reached(Channel channel, IpAddress address, var security) -> {
        told.reached(connection(channel, address).securedBy(security));
        if (ended(channel)) {
          // On the way here. Whoever writes hears why where there is a reason; this is for who
          // waits.
          channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
      }
    }
  }

  /** What ended before anybody listened will not tell it again. */
  private static boolean ended(Channel channel) {
    return !channel.isActive()
        || channel instanceof SocketChannel socket && socket.isInputShutdown();
  }

  private OriginConnection connection(Channel channel, IpAddress address) {
    return new OriginConnection(channel, address, lane.headLimits());
  }

  /** A connection that is in step, for another request of whoever may use it. */
  void giveBack(OriginConnection connection) {
    connection.resume();
    switch (connection.binding()) {
      case BOUND -> client.bound().give(key, connection);
      case SHARED -> lane.pool().give(key, connection, lane.deadlines().nowNanos());
    }
  }

  void cancel() {
    use = Use.OVER;
    if (attempt != null) {
      attempt.cancel();
      attempt = null;
    }
  }
}
