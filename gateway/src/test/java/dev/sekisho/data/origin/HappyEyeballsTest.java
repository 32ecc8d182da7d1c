package dev.sekisho.data.origin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import dev.sekisho.testing.NoSockets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HappyEyeballsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final List<Running> RUNNING = new ArrayList<>();

  record Running(Transport transport, EventLoop loop) {
    @Override
    public String toString() {
      return transport.word();
    }
  }

  @BeforeAll
  static void startLoops() {
    for (Transport transport : List.of(Transport.epoll(), Transport.nio())) {
      RUNNING.add(
          new Running(transport, new MultiThreadIoEventLoopGroup(1, transport.loops()).next()));
    }
  }

  @AfterAll
  static void stopLoops() {
    for (Running each : RUNNING) {
      var _ = each.loop.parent().shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
    RUNNING.clear();
  }

  static List<Running> running() {
    return RUNNING;
  }

  @ParameterizedTest
  @MethodSource("running")
  void connectsWithAutoReadOffAndNobodyListeningButForEarlyBytes(Running on) throws Exception {
    try (ServerSocket origin = listener("127.0.0.1")) {
      var connected = connected(dial(on, LONG, origin.getLocalPort(), "127.0.0.1"));
      assertThat(connected.address()).isEqualTo(address("127.0.0.1"));
      Channel channel = connected.channel();
      assertThat(channel.pipeline().toMap().values())
          .singleElement()
          .isInstanceOf(EarlyBytes.class);
      assertThat(channel.config().isAutoRead()).isFalse();
      assertThat(channel.config().getOption(ChannelOption.TCP_NODELAY)).isTrue();
      assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
      assertThat(channel.config().getOption(ChannelOption.ALLOW_HALF_CLOSURE)).isTrue();
      assertThat(channel.config().getWriteBufferHighWaterMark()).isLessThanOrEqualTo(128 * 1024);
      assertThat(channel.eventLoop()).isSameAs(on.loop());
      channel.close().sync();
    }
  }

  @ParameterizedTest
  @MethodSource("running")
  void deliversBytesBothWays(Running on) throws Exception {
    try (ServerSocket origin = listener("127.0.0.1")) {
      Channel channel = connected(dial(on, LONG, origin.getLocalPort(), "127.0.0.1")).channel();
      CompletableFuture<String> got = new CompletableFuture<>();
      try (Socket socket = origin.accept()) {
        channel.pipeline().removeFirst();
        channel
            .pipeline()
            .addLast(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void channelRead(ChannelHandlerContext ctx, Object message) {
                    got.complete(((ByteBuf) message).toString(StandardCharsets.US_ASCII));
                    ((ByteBuf) message).release();
                  }
                });
        var _ = channel.writeAndFlush(Unpooled.copiedBuffer("ping", StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().readNBytes(4))
            .asString(StandardCharsets.US_ASCII)
            .isEqualTo("ping");
        socket.getOutputStream().write("pong".getBytes(StandardCharsets.US_ASCII));
        channel.read();
        assertThat(get(got)).isEqualTo("pong");
      }
      channel.close().sync();
    }
  }

  @ParameterizedTest
  @MethodSource("running")
  void keepsWhatAnOriginSaidBeforeItClosed(Running on) throws Exception {
    try (ServerSocket origin = listener("127.0.0.1")) {
      Channel channel = connected(dial(on, LONG, origin.getLocalPort(), "127.0.0.1")).channel();
      try (Socket socket = origin.accept()) {
        socket.getOutputStream().write("bye".getBytes(StandardCharsets.US_ASCII));
        socket.shutdownOutput();
        CompletableFuture<String> got = new CompletableFuture<>();
        channel
            .eventLoop()
            .schedule(
                () -> {
                  channel
                      .pipeline()
                      .addLast(
                          new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object message) {
                              got.complete(((ByteBuf) message).toString(StandardCharsets.US_ASCII));
                              ((ByteBuf) message).release();
                            }
                          });
                  channel.pipeline().removeFirst();
                  channel.read();
                },
                50,
                TimeUnit.MILLISECONDS);
        assertThat(get(got)).isEqualTo("bye");
      }
      channel.close().sync();
    }
  }

  @ParameterizedTest
  @MethodSource("running")
  void goesToTheNextAddressWhenOneRefuses(Running on) throws Exception {
    try (ServerSocket origin = listener("127.0.0.3")) {
      var connected =
          connected(dial(on, LONG, origin.getLocalPort(), "127.0.0.1", "127.0.0.2", "127.0.0.3"));
      assertThat(connected.address()).isEqualTo(address("127.0.0.3"));
      connected.channel().close().sync();
    }
  }

  @ParameterizedTest
  @MethodSource("running")
  void goesToTheNextAddressWhenOneIsSilentAndClosesTheLoser(Running on) throws Exception {
    try (Silent silent = Silent.listen("127.0.0.1", 0);
        ServerSocket origin = listener("127.0.0.2", silent.port())) {
      var connected = connected(dial(on, LONG, origin.getLocalPort(), "127.0.0.1", "127.0.0.2"));
      assertThat(connected.address()).isEqualTo(address("127.0.0.2"));
      connected.channel().close().sync();
    }
  }

  @ParameterizedTest
  @MethodSource("running")
  void saysThatEveryAddressRefused(Running on) throws Exception {
    int port = freePort();
    Failure failure = failure(dial(on, LONG, port, "127.0.0.1", "::1"));
    assertThat(failure)
        .isEqualTo(
            new Failure(
                Failure.Side.ORIGIN,
                Failure.Kind.CONNECT_REFUSED,
                Failure.Retry.SAFE,
                "127.0.0.1:"
                    + port
                    + " refused the connection; [::1]:"
                    + port
                    + " refused the connection."));
  }

  @ParameterizedTest
  @MethodSource("running")
  void givesUpOnSilentAddressesWhenTheTimeForAllIsOver(Running on) throws Exception {
    try (Silent silent = Silent.listen("127.0.0.1", 0)) {
      Failure failure = failure(dial(on, SHORT, silent.port(), "127.0.0.1"));
      assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECT_TIMEOUT);
      assertThat(failure.detail())
          .isEqualTo("127.0.0.1:" + silent.port() + " did not answer in time.");
    }
  }

  @ParameterizedTest
  @MethodSource("running")
  void connectsFromTheConfiguredSource(Running on) throws Exception {
    try (ServerSocket origin = listener("127.0.0.1")) {
      var dialler =
          new HappyEyeballs(config(LONG), on.transport(), Optional.of(address("127.0.0.77")));
      var connected = connected(dial(dialler, on, origin.getLocalPort(), "::1", "127.0.0.1"));
      try (Socket socket = origin.accept()) {
        assertThat(socket.getInetAddress().getHostAddress()).isEqualTo("127.0.0.77");
      }
      connected.channel().close().sync();
    }
  }

  @ParameterizedTest
  @MethodSource("running")
  void blamesTheGatewayWhenItsSourceAddressIsNotItsOwn(Running on) {
    var dialler =
        new HappyEyeballs(config(LONG), on.transport(), Optional.of(address("192.0.2.200")));
    Failure failure = failure(dial(dialler, on, 9, "127.0.0.1"));
    assertThat(failure.side()).isEqualTo(Failure.Side.GATEWAY);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECT_UNREACHABLE);
    assertThat(failure.detail()).contains("127.0.0.1:9", "source address");
  }

  @ParameterizedTest
  @MethodSource("running")
  void failsWhenNoAddressIsOfTheFamilyOfTheSource(Running on) {
    var dialler =
        new HappyEyeballs(config(LONG), on.transport(), Optional.of(address("127.0.0.77")));
    assertThat(failure(dial(dialler, on, 9, "::1")).side()).isEqualTo(Failure.Side.GATEWAY);
  }

  @ParameterizedTest
  @MethodSource("running")
  void failsWithoutAddresses(Running on) {
    assertThat(failure(dial(on, LONG, 9)).kind()).isEqualTo(Failure.Kind.CONNECT_UNREACHABLE);
  }

  @ParameterizedTest
  @MethodSource("running")
  void saysOnTheLoopThatNoSocketCouldBeOpened(Running on) {
    var dialler = new HappyEyeballs(config(LONG), NoSockets.on(on.transport()), Optional.empty());
    CompletableFuture<Thread> loop = new CompletableFuture<>();
    on.loop().execute(() -> loop.complete(Thread.currentThread()));
    CompletableFuture<Thread> told = new CompletableFuture<>();
    CompletableFuture<Dialler.Dialled> outcome = new CompletableFuture<>();
    dialler.dial(
        addresses("127.0.0.1", "::1"),
        9,
        on.loop(),
        dialled -> {
          told.complete(Thread.currentThread());
          outcome.complete(dialled);
        });
    Failure failure = failure(outcome);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.NO_SOCKET);
    assertThat(failure.side()).isEqualTo(Failure.Side.GATEWAY);
    assertThat(failure.detail()).contains("127.0.0.1:9 ", "[::1]:9 ", "no further socket");
    assertThat(get(told)).isSameAs(get(loop));
  }

  @ParameterizedTest
  @MethodSource("running")
  void canBeCancelledWithoutASocket(Running on) {
    var dialler = new HappyEyeballs(config(LONG), NoSockets.on(on.transport()), Optional.empty());
    AtomicInteger reports = new AtomicInteger();
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    on.loop()
        .execute(() -> {
          dialler
              .dial(addresses("127.0.0.1"), 9, on.loop(), _ -> reports.incrementAndGet())
              .cancel();
          // after whatever the dial has left on the loop
          on.loop().execute(() -> on.loop().execute(() -> cancelled.complete(null)));
        });
    get(cancelled);
    assertThat(reports).hasValue(0);
  }

  @ParameterizedTest
  @MethodSource("running")
  void namesNoMoreThanFourAddressesOfMany(Running on) throws Exception {
    int port = freePort();
    String[] many = new String[20];
    Arrays.setAll(many, i -> "127.0.1." + (i + 1));
    assertThat(failure(dial(on, LONG, port, many)).detail())
        .contains("127.0.1.4:")
        .endsWith("and 16 addresses more.");
  }

  @ParameterizedTest
  @MethodSource("running")
  void reportsNothingAfterItWasCancelled(Running on) throws Exception {
    try (Silent silent = Silent.listen("127.0.0.1", 0)) {
      AtomicInteger reports = new AtomicInteger();
      var dialler = new HappyEyeballs(config(SHORT), on.transport(), Optional.empty());
      Dialler.Attempt attempt =
          dialler.dial(
              addresses("127.0.0.1"), silent.port(), on.loop(), _ -> reports.incrementAndGet());
      attempt.cancel();
      // a second dial with the same timeout, begun later, ends after the first one would have
      failure(dial(on, SHORT, silent.port(), "127.0.0.1"));
      assertThat(reports).hasValue(0);
    }
  }

  @ParameterizedTest
  @MethodSource("running")
  void reportsOnTheLoopAndNeverWithinTheQuestion(Running on) {
    List<String> order = new ArrayList<>();
    CompletableFuture<List<String>> all = new CompletableFuture<>();
    on.loop()
        .execute(() -> {
          new HappyEyeballs(config(LONG), on.transport(), Optional.empty())
              .dial(
                  List.of(),
                  9,
                  on.loop(),
                  _ -> {
                    order.add("told on the loop " + on.loop().inEventLoop());
                    all.complete(order);
                  });
          order.add("asked");
        });
    assertThat(get(all)).containsExactly("asked", "told on the loop true");
  }

  private static CompletableFuture<Dialler.Dialled> dial(
      Running on, Duration timeout, int port, String... addresses) {
    return dial(
        new HappyEyeballs(config(timeout), on.transport(), Optional.empty()), on, port, addresses);
  }

  private static CompletableFuture<Dialler.Dialled> dial(
      HappyEyeballs dialler, Running on, int port, String... addresses) {
    CompletableFuture<Dialler.Dialled> outcome = new CompletableFuture<>();
    dialler.dial(
        addresses(addresses),
        port,
        on.loop(),
        dialled -> {
          if (!outcome.complete(dialled)) {
            throw new AssertionError("told twice");
          }
        });
    return outcome;
  }

  private static OriginConfig config(Duration timeout) {
    return new OriginConfig(timeout, OriginConfig.PoolLimits.USUAL, OriginTlsConfig.usual());
  }

  private static Dialler.Dialled.Connected connected(CompletableFuture<Dialler.Dialled> outcome) {
    Dialler.Dialled dialled = get(outcome);
    assertThat(dialled).isInstanceOf(Dialler.Dialled.Connected.class);
    return (Dialler.Dialled.Connected) dialled;
  }

  private static Failure failure(CompletableFuture<Dialler.Dialled> outcome) {
    Dialler.Dialled dialled = get(outcome);
    assertThat(dialled).isInstanceOf(Dialler.Dialled.Failed.class);
    return ((Dialler.Dialled.Failed) dialled).failure();
  }

  private static <T> T get(CompletableFuture<T> future) {
    return future.orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static List<IpAddress> addresses(String... texts) {
    return Arrays.stream(texts).map(HappyEyeballsTest::address).toList();
  }

  private static IpAddress address(String text) {
    try {
      return IpAddress.parse(text);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private static ServerSocket listener(String address) throws IOException {
    return listener(address, 0);
  }

  private static ServerSocket listener(String address, int port) throws IOException {
    return new ServerSocket(port, 50, InetAddress.ofLiteral(address));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = listener("127.0.0.1")) {
      return socket.getLocalPort();
    }
  }

  /**
   * Listens, but its queue is full, so that the kernel drops further SYNs: what a firewall that
   * drops looks like.
   */
  private record Silent(ServerSocket socket, List<Socket> filling) implements Closeable {
    static Silent listen(String address, int port) throws IOException {
      Silent silent =
          new Silent(new ServerSocket(port, 1, InetAddress.ofLiteral(address)), new ArrayList<>());
      for (int i = 0; i < 2; i++) {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), silent.port()), 2_000);
        silent.filling.add(socket);
      }
      return silent;
    }

    int port() {
      return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      for (Socket each : filling) {
        each.close();
      }
      socket.close();
    }
  }
}
