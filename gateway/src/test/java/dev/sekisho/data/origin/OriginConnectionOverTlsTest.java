package dev.sekisho.data.origin;

import static dev.sekisho.testing.CertificateWorkshop.authority;
import static dev.sekisho.testing.CertificateWorkshop.origin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.http1.Fields;
import dev.sekisho.data.http1.HeadLimits;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.net.IpAddress;
import dev.sekisho.testing.CertificateWorkshop.Made;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the end of a TLS connection says about the body that ends with it. */
class OriginConnectionOverTlsTest {
  private static final String HOST = "www.good.example";
  private static final Made ROOT = authority("Test Root").selfSigned();
  private static final Made LEAF = origin(HOST).signedBy(ROOT);
  private static final String UNTIL_CLOSE = "HTTP/1.1 200 OK\r\n\r\nhello";

  private TlsVisitor visitor;

  @BeforeEach
  void begin() throws Exception {
    visitor = TlsVisitor.trusting(List.of(ROOT.certificate()));
  }

  @AfterEach
  void end() {
    visitor.close();
  }

  @Test
  void takesABodyThatEndsWithCloseNotifyForWhole() throws Exception {
    assertThat(answerOf(UNTIL_CLOSE, Ending.WITH_NOTICE)).isEqualTo("hello, whole");
  }

  @Test
  void takesABodyThatIsCutForIncomplete() throws Exception {
    assertThat(answerOf(UNTIL_CLOSE, Ending.CUT))
        .isEqualTo("hello, lost " + Failure.Kind.RESPONSE_INCOMPLETE);
  }

  @Test
  void needsNoEndForABodyWhoseLengthIsKnown() throws Exception {
    assertThat(answerOf("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Ending.CUT))
        .isEqualTo("hello, whole");
  }

  @Test
  void losesAConnectionThatEndsInABodyWhoseLengthIsKnown() throws Exception {
    assertThat(answerOf("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", Ending.WITH_NOTICE))
        .isEqualTo("hello, lost " + Failure.Kind.CONNECTION_LOST);
  }

  private enum Ending {
    WITH_NOTICE,
    CUT
  }

  private String answerOf(String response, Ending ending) throws Exception {
    Channel server = serve(response, ending);
    int port = ((InetSocketAddress) server.localAddress()).getPort();
    Channel channel = visitor.dial(port);
    assertThat(visitor.secure(channel, HOST, port)).isInstanceOf(OriginTls.Secured.Done.class);
    Asker asker = new Asker();
    channel
        .eventLoop()
        .execute(() -> {
          OriginConnection connection =
              new OriginConnection(channel, IpAddress.v4(0x7f000001), HeadLimits.DEFAULT);
          asker.connection = connection;
          connection.use(asker, "GET");
          ByteBuf request = connection.buffer();
          request.writeCharSequence(
              "GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n", StandardCharsets.US_ASCII);
          connection.write(request);
          connection.flush();
        });
    String came = asker.outcome.get(20, TimeUnit.SECONDS);
    server.close().sync();
    return came;
  }

  private Channel serve(String response, Ending ending) throws Exception {
    SslContext context =
        SslContextBuilder.forServer(LEAF.key(), LEAF.certificate())
            .sslProvider(SslProvider.JDK)
            .build();
    Transport transport = Transport.best();
    return new ServerBootstrap()
        .group(visitor.loop())
        .channel(transport.listener())
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(context.newHandler(channel.alloc()), new Answering(response, ending));
              }
            })
        .bind(InetAddress.getLoopbackAddress(), 0)
        .sync()
        .channel();
  }

  private static final class Answering extends SimpleChannelInboundHandler<ByteBuf> {
    private final String response;
    private final Ending ending;

    Answering(String response, Ending ending) {
      this.response = response;
      this.ending = ending;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf request) {
      var written = ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), response));
      switch (ending) {
        case WITH_NOTICE -> written.addListener(ChannelFutureListener.CLOSE);
        case CUT ->
            // from below TLS, which then has no occasion to say anything
            written.addListener(_ -> ctx.pipeline().context(SslHandler.class).close());
      }
    }
  }

  private static final class Asker implements OriginConnection.User {
    private final CompletableFuture<String> outcome = new CompletableFuture<>();
    private final StringBuilder body = new StringBuilder();
    private @Nullable OriginConnection connection;

    @Override
    public void interim(ResponseHead head) {}

    @Override
    public void head(ResponseHead head) {
      Objects.requireNonNull(connection).startBody(head);
    }

    @Override
    public void data(ByteBuf piece) {
      body.append(piece.toString(StandardCharsets.US_ASCII));
      piece.release();
    }

    @Override
    public void end(Fields trailers, OriginConnection.Reuse reuse) {
      outcome.complete(body + ", whole");
    }

    @Override
    public void readComplete() {}

    @Override
    public void defective(Throwable cause) {
      outcome.completeExceptionally(cause);
    }

    @Override
    public void writable() {}

    @Override
    public void lost(Failure.Kind kind, String detail, OriginConnection.Received received) {
      outcome.complete(body + ", lost " + kind);
    }
  }
}
