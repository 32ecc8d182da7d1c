package dev.sekisho.data.origin;

import dev.sekisho.data.origin.trust.CertificateCheck;
import dev.sekisho.data.origin.trust.Intermediates;
import dev.sekisho.data.origin.trust.Roots;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/** Dials loopback, puts TLS on, and asks for a page as soon as TLS is said to be done. */
final class TlsVisitor implements AutoCloseable {
  private static final IpAddress LOOPBACK = IpAddress.v4(0x7f000001);

  private final Transport transport = Transport.best();
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, transport.loops());
  private final OriginConfig config;
  private final TlsToOrigins tls;

  TlsVisitor(OriginTlsConfig tlsConfig, CertificateCheck check, TlsToOrigins.Library library)
      throws SSLException {
    config = new OriginConfig(Duration.ofSeconds(10), OriginConfig.PoolLimits.USUAL, tlsConfig);
    tls = new TlsToOrigins(tlsConfig, check, library);
  }

  static TlsVisitor trusting(List<X509Certificate> roots) throws SSLException {
    return new TlsVisitor(
        OriginTlsConfig.usual(), check(roots, Set.of()), TlsToOrigins.Library.NATIVE);
  }

  static CertificateCheck check(List<X509Certificate> roots, Set<PublicKey> own) {
    return new CertificateCheck(
        Roots.only(roots), () -> own, Intermediates.NONE, InstantSource.system());
  }

  /** What came of it; the page is empty when TLS failed. */
  record Outcome(OriginTls.Secured secured, String page) {}

  TlsToOrigins tls() {
    return tls;
  }

  EventLoop loop() {
    return loops.next();
  }

  Channel dial(int port) throws Exception {
    CompletableFuture<Channel> connected = new CompletableFuture<>();
    new HappyEyeballs(config, transport, Optional.empty())
        .dial(
            List.of(LOOPBACK),
            port,
            loop(),
            outcome -> {
              switch (outcome) {
                case Dialler.Dialled.Connected(Channel channel, var _) ->
                    connected.complete(channel);
                case Dialler.Dialled.Failed(var failure) ->
                    connected.completeExceptionally(new AssertionError(failure.detail()));
              }
            });
    return connected.get(20, TimeUnit.SECONDS);
  }

  OriginTls.Secured secure(Channel channel, String host, int port) throws Exception {
    CompletableFuture<OriginTls.Secured> done = new CompletableFuture<>();
    secure(channel, host, port, done::complete);
    return done.get(20, TimeUnit.SECONDS);
  }

  private void secure(Channel channel, String host, int port, Consumer<OriginTls.Secured> then)
      throws Exception {
    Host asked = host.indexOf(':') >= 0 ? IpAddress.parse(host) : Host.parse(host);
    OriginKey.Security.Tls key = config.tls().credentialFor(asked);
    channel.eventLoop().execute(() -> tls.secure(channel, asked, port, key, then));
  }

  /**
   * Asks in the same turn of the loop, as a gateway does: what the origin says next is not lost.
   */
  Outcome visit(String host, int port) throws Exception {
    Channel channel = dial(port);
    CompletableFuture<OriginTls.Secured> done = new CompletableFuture<>();
    CompletableFuture<String> page = new CompletableFuture<>();
    secure(
        channel,
        host,
        port,
        outcome -> {
          if (outcome instanceof OriginTls.Secured.Done) {
            ask(channel, page);
          }
          done.complete(outcome);
        });
    OriginTls.Secured secured = done.get(20, TimeUnit.SECONDS);
    if (secured instanceof OriginTls.Secured.Failed) {
      return new Outcome(secured, "");
    }
    String text = page.get(20, TimeUnit.SECONDS);
    channel.close().sync();
    return new Outcome(secured, text);
  }

  private static void ask(Channel channel, CompletableFuture<String> page) {
    channel.pipeline().remove(channel.pipeline().get(EarlyBytes.class));
    channel
        .pipeline()
        .addLast(
            new SimpleChannelInboundHandler<ByteBuf>() {
              @Override
              protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
                page.complete(bytes.toString(StandardCharsets.US_ASCII));
              }

              @Override
              public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                page.complete(cause.getClass().getSimpleName() + ": " + cause.getMessage());
              }

              @Override
              public void channelInactive(ChannelHandlerContext ctx) {
                page.complete("closed");
              }
            });
    channel.config().setAutoRead(true);
    byte[] request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    channel.writeAndFlush(channel.alloc().buffer().writeBytes(request));
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    tls.close();
  }
}
