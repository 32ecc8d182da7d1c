package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Gate;
import dev.sekisho.data.exchange.Observer;
import dev.sekisho.data.exchange.RefusalFlood;
import dev.sekisho.data.names.Resolver;
import dev.sekisho.data.origin.Dialler;
import dev.sekisho.data.origin.OriginConfig;
import dev.sekisho.data.origin.OriginTls;
import dev.sekisho.data.origin.Transport;
import dev.sekisho.data.relay.Tunnels;
import dev.sekisho.identity.Identity;
import dev.sekisho.journal.Journal;
import dev.sekisho.net.CidrSet;
import dev.sekisho.policy.Policy;
import dev.sekisho.scan.DeliveryConfig;
import dev.sekisho.scan.Scanner;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The doors: binds the configured ports, gives every connection to an event loop, and closes in
 * order.
 */
public final class Listeners implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 << 10, 128 << 10);

  private final EventLoopGroup loops;
  private final EventLoopGroup handshakes;
  private final Map<EventExecutor, Lane> lanes = new HashMap<>();
  private final LimitsConfig config;
  private final ConnectionLimits limits;
  private final Guests guests;
  private final CidrSet proxyProtocolFrom;
  private final OwnAddresses own = OwnAddresses.ofThisMachine();
  private final List<Channel> doors = new ArrayList<>();
  private final Transport transport;
  private final KeptBodies kept;
  private final PagedFiles paged;

  /**
   * What the data plane is made of.
   *
   * @param policy the policy in force now
   * @param pseudonym this gateway's name in Via fields
   */
  public record Parts(
      Supplier<Policy> policy,
      Identity identity,
      Journal journal,
      Observer observer,
      Reach reach,
      InspectionMeans inspection,
      Scanner scanner,
      String pseudonym) {}

  /** What reaches origins. */
  public record Reach(
      Transport transport,
      Resolver resolver,
      Dialler dialler,
      OriginTls originTls,
      Tunnels tunnels,
      OriginConfig origin) {}

  /**
   * @param threads event loops
   */
  public Listeners(int threads, ListenConfig listen, LimitsConfig config, Parts parts) {
    this.config = config;
    this.transport = parts.reach().transport();
    this.limits = new ConnectionLimits(config.connections(), config.connectionsPerClient());
    this.guests = new Guests(limits);
    this.proxyProtocolFrom = CidrSet.of(listen.proxyProtocolFrom());
    this.loops =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("loop"), transport.loops());
    this.handshakes =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("handshake"), transport.loops());
    own.keepUp(loops.next(), OwnAddresses.INTERVAL);
    DeliveryConfig delivery = parts.scanner().delivery();
    // So that what is kept leaves room for what is scanned.
    long quarter = parts.scanner().spool().most() / 4;
    this.kept = new KeptBodies(delivery.keepParts(), quarter);
    this.paged = new PagedFiles(delivery.keepPaged(), quarter);
    var means =
        new Lane.Means(
            parts.reach().resolver(),
            parts.reach().dialler(),
            parts.reach().originTls(),
            parts.reach().tunnels(),
            parts.reach().origin(),
            parts.inspection(),
            handshakes,
            parts.scanner(),
            kept,
            paged);
    Lane.Voice voice = Lane.Voice.of(parts.pseudonym());
    for (EventExecutor loop : loops) {
      lanes.put(loop, new Lane((EventLoop) loop, gate(parts, threads), means, config, voice, own));
    }
  }

  private Gate gate(Parts parts, int threads) {
    Journal.Appender appender = parts.journal().appender();
    var flood =
        new RefusalFlood(
            // Each loop counts for itself, and a client's connections are spread over all of them.
            Math.ceilDiv(config.refusalsRecorded(), threads),
            RefusalFlood.INTERVAL,
            new FloodRecords(parts.journal(), appender));
    return new Gate(
        parts.policy(),
        parts.identity(),
        parts.inspection().config().cannotOpen(),
        parts.journal(),
        appender,
        own::contains,
        flood,
        parts.observer());
  }

  /**
   * Opens the configured doors.
   *
   * @return where the proxy and the proxy over TLS listen, in this order
   * @throws IOException naming the address that cannot be bound, and why
   */
  public Bound open(ListenConfig listen) throws IOException {
    Optional<InetSocketAddress> plain = Optional.empty();
    if (listen.proxy().isPresent()) {
      plain = Optional.of(bind(listen.proxy().get(), "proxy", Optional.empty()));
    }
    Optional<InetSocketAddress> secure = Optional.empty();
    if (listen.proxyTls().isPresent()) {
      ListenConfig.TlsListener tls = listen.proxyTls().get();
      secure = Optional.of(bind(tls.address(), "proxy-tls", Optional.of(context(tls))));
    }
    return new Bound(plain, secure);
  }

  /** Where the doors are. */
  public record Bound(Optional<InetSocketAddress> proxy, Optional<InetSocketAddress> proxyTls) {}

  private InetSocketAddress bind(InetSocketAddress address, String name, Optional<SslContext> tls)
      throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(transport.listener())
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, 4096)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(512, 4096, 64 << 10).maxMessagesPerRead(2))
            .childHandler(new Entrance(name, tls));
    var bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw ListenConfig.cannotListen(name, address, bound.cause());
    }
    // Behind Netty's own, which waits a second after each failure.
    bound.channel().pipeline().addLast("door-trouble", new DoorTrouble(name));
    doors.add(bound.channel());
    InetSocketAddress where = (InetSocketAddress) bound.channel().localAddress();
    own.door(where.getPort());
    return where;
  }

  private static SslContext context(ListenConfig.TlsListener tls) throws IOException {
    try {
      return SslContextBuilder.forServer(tls.certificate().toFile(), tls.key().toFile())
          .protocols("TLSv1.3", "TLSv1.2")
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new IOException(
          "listen.proxy-tls: the certificate "
              + tls.certificate()
              + " and the key "
              + tls.key()
              + " cannot be used together ("
              + e.getMessage()
              + ").",
          e);
    }
  }

  /** The pipeline of a client connection, in the one order there is. */
  private final class Entrance extends ChannelInitializer<SocketChannel> {
    private final String listener;
    private final Optional<SslContext> tls;

    Entrance(String listener, Optional<SslContext> tls) {
      this.listener = listener;
      this.tls = tls;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
      Lane lane = lanes.get(channel.eventLoop());
      if (lane == null) {
        throw new IllegalStateException("a connection on a loop that is not ours");
      }
      channel.pipeline().addLast("admission", new Admission(lane, listener, limits, guests));
      tls.ifPresent(
          context -> channel.pipeline().addFirst("tls", context.newHandler(channel.alloc())));
      channel
          .pipeline()
          .addFirst(
              "proxy-protocol",
              new ProxyProtocolHandler(proxyProtocolFrom::contains, config.requestTimeout()));
    }
  }

  // What metrics ask.

  public int connections() {
    return limits.total();
  }

  public int pooled() {
    return lanes.values().stream().mapToInt(lane -> lane.pool().size()).sum();
  }

  public double lagSeconds() {
    return lanes.values().stream().mapToDouble(lane -> lane.lag().worstSeconds()).max().orElse(0);
  }

  // How it closes.

  /**
   * Takes no new connections, lets running exchanges end, and ends those that take longer than the
   * limit.
   */
  public void drain(Duration limit) {
    guests.drain();
    doors.forEach(door -> door.close().awaitUninterruptibly());
    onLoops(lane -> guests.all().forEach(guest -> guest.ifOn(lane, ClientConnection::closeIfIdle)));
    long deadline = System.nanoTime() + limit.toNanos();
    while (guests.count() > 0 && System.nanoTime() < deadline) {
      pause();
    }
    if (guests.count() > 0) {
      LOG.info(
          "{} client connections are still busy after {} s and are ended.",
          guests.count(),
          limit.toSeconds());
      onLoops(lane -> guests.all().forEach(guest -> guest.ifOn(lane, ClientConnection::end)));
      long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
      while (guests.count() > 0 && System.nanoTime() < patience) {
        pause();
      }
    }
  }

  @Override
  public void close() {
    doors.forEach(door -> door.close().awaitUninterruptibly());
    onLoops(Lane::close);
    kept.close();
    paged.close();
    // Before the loops, which hear of what it ends.
    handshakes.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private void onLoops(java.util.function.Consumer<Lane> task) {
    for (Lane lane : lanes.values()) {
      lane.loop().submit(() -> task.accept(lane)).awaitUninterruptibly();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Another door of this gateway, such as the console's: nobody reaches it through the proxy. */
  public void alsoOwn(int port) {
    own.listening(port);
  }
}
