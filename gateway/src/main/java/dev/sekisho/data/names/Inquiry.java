package dev.sekisho.data.names;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.origin.Transport;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.MalformedException;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for one family of one name: each name server in turn, over UDP and where the answer did not
 * fit over TCP, along aliases, until there is a finding. Lives on one event loop and is touched
 * there only.
 *
 * <p>Every packet has its own socket, connected to the name server: the kernel picks a fresh port
 * and drops whatever comes from elsewhere, and an unreachable name server is known at once from its
 * ICMP answer. Together with a random id that leaves about 30 bits to be guessed. A packet that is
 * no answer to the question is passed over, and the wait goes on, so that a wrong guess does no
 * harm.
 */
final class Inquiry {
  private static final Logger LOG = LoggerFactory.getLogger(Inquiry.class);
  private static final int BUFFER = 4096;
  private static final int MOST_ALIAS_QUESTIONS = 4;
  private static final int FORMAT_ERROR = 1;
  private static final int NOT_IMPLEMENTED = 4;
  private static final int REFUSED_BY_POLICY = 5;

  private final EventLoop loop;
  private final Means means;
  private final Family family;
  private final Consumer<Finding> then;
  private final List<InetSocketAddress> order;
  private Question question;
  private long aliasTtl = Long.MAX_VALUE;
  private int aliasQuestions;
  private int attempt;
  private Trouble trouble = Trouble.SILENT;
  private @Nullable Channel channel;
  private @Nullable Future<?> timer;
  private State state = State.ASKING;

  /** What every inquiry needs and shares with the others. */
  record Means(Transport transport, NameServers servers, Standing standing, SecureRandom random) {}

  private enum State {
    ASKING,
    ENDED
  }

  /** What the last name server asked did instead of answering. */
  private enum Trouble {
    SILENT("no answer in time from the name server "),
    UNREACHABLE("cannot reach the name server "),
    NO_SOCKET(
        "the gateway can open no further socket (LimitNOFILE, ulimit -n) to the name server "),
    REFUSED("refusal or failure (RCODE %d) from the name server "),
    GARBLED("no usable answer from the name server ");

    private final String words;

    Trouble(String words) {
      this.words = words;
    }
  }

  private int refusal;

  Inquiry(EventLoop loop, Means means, DomainName name, Family family, Consumer<Finding> then) {
    this.loop = loop;
    this.means = means;
    this.family = family;
    this.then = then;
    this.order = means.standing().order(means.servers().servers());
    this.question = question(name, Question.Extension.EDNS);
  }

  void start() {
    askByPacket();
  }

  /** No finding is reported any more. */
  void cancel() {
    state = State.ENDED;
    release();
  }

  private Question question(DomainName name, Question.Extension extension) {
    return new Question(means.random().nextInt(1 << 16), name, family, extension);
  }

  private InetSocketAddress server() {
    return order.get(attempt % order.size());
  }

  private void askByPacket() {
    release();
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(means.transport().datagram())
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(BUFFER))
            .handler(new PacketReader());
    connect(bootstrap, Unpooled.wrappedBuffer(question.bytes()));
  }

  private void askByStream() {
    release();
    byte[] bytes = question.bytes();
    ByteBuf framed = Unpooled.buffer(2 + bytes.length).writeShort(bytes.length).writeBytes(bytes);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(means.transport().stream())
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel stream) {
                    stream
                        .pipeline()
                        .addLast(
                            new LengthFieldBasedFrameDecoder(2 + 0xFFFF, 0, 2, 0, 2),
                            new StreamReader());
                  }
                });
    connect(bootstrap, framed);
  }

  private void connect(Bootstrap bootstrap, ByteBuf message) {
    ChannelFuture connecting = bootstrap.connect((SocketAddress) server());
    if (connecting.isDone() && !connecting.isSuccess()) {
      noSocket(message, connecting.cause());
      return;
    }
    Channel opened = connecting.channel();
    channel = opened;
    timer =
        loop.schedule(
            () -> nextServer(Trouble.SILENT),
            means.servers().patience().toNanos(),
            TimeUnit.NANOSECONDS);
    connecting.addListener(done -> {
      if (!done.isSuccess() || !opened.equals(channel)) {
        message.release();
        ifCurrent(opened, () -> nextServer(Trouble.UNREACHABLE));
        return;
      }
      opened
          .writeAndFlush(message)
          .addListener(written -> {
            if (!written.isSuccess()) {
              ifCurrent(opened, () -> nextServer(Trouble.UNREACHABLE));
            }
          });
    });
  }

  /**
   * Connecting is an event of the loop, so what has failed before is the making of the socket. The
   * channel that Netty then hands out belongs to no loop, and closing it throws.
   */
  private void noSocket(ByteBuf message, Throwable cause) {
    message.release();
    LOG.debug("No socket to ask a name server can be opened.", cause);
    loop.execute(() -> {
      if (state == State.ASKING) {
        nextServer(Trouble.NO_SOCKET);
      }
    });
  }

  private void ifCurrent(Channel asked, Runnable action) {
    if (asked.equals(channel) && state == State.ASKING) {
      action.run();
    }
  }

  private void byPacket(Reply reply) {
    if (reply instanceof Reply.Foreign) {
      return;
    }
    heard(reply, this::askByStream);
  }

  private void byStream(Reply reply) {
    heard(reply, () -> nextServer(Trouble.GARBLED));
  }

  private void heard(Reply reply, Runnable whenTruncated) {
    means.standing().answered(server());
    switch (reply) {
      case Reply.Found found ->
          end(new Finding.Found(found.addresses(), Math.min(aliasTtl, found.ttl())));
      case Reply.None none -> end(new Finding.None(none.absence(), Math.min(aliasTtl, none.ttl())));
      case Reply.Alias alias -> followAlias(alias);
      case Reply.Endless _ -> end(endless());
      case Reply.Truncated _ -> whenTruncated.run();
      case Reply.Foreign _ -> nextServer(Trouble.GARBLED);
      case Reply.Refused refused -> refused(refused.code());
    }
  }

  private void followAlias(Reply.Alias alias) {
    aliasTtl = Math.min(aliasTtl, alias.ttl());
    try {
      if (++aliasQuestions > MOST_ALIAS_QUESTIONS) {
        end(endless());
        return;
      }
      question = question(DomainName.parse(alias.target()), question.extension());
      attempt = 0;
      askByPacket();
    } catch (MalformedException e) {
      end(
          failed(
              Failure.Kind.NAME_FAILED,
              Failure.Side.ORIGIN,
              "an alias (CNAME) to no host name, because " + e.reason()));
    }
  }

  private Finding endless() {
    return failed(Failure.Kind.NAME_FAILED, Failure.Side.ORIGIN, "aliases (CNAME) that do not end");
  }

  private void refused(int code) {
    boolean old = code == FORMAT_ERROR || code == NOT_IMPLEMENTED;
    if (old && question.extension() == Question.Extension.EDNS) {
      question = question(question.name(), Question.Extension.PLAIN);
      askByPacket();
      return;
    }
    refusal = code;
    nextServer(Trouble.REFUSED);
  }

  private void nextServer(Trouble why) {
    InetSocketAddress asked = server();
    trouble = why;
    if (why == Trouble.SILENT || why == Trouble.UNREACHABLE) {
      means.standing().silent(asked);
    }
    if (++attempt < order.size() * means.servers().rounds()) {
      askByPacket();
      return;
    }
    String what = String.format(why.words, refusal) + text(asked);
    end(
        switch (why) {
          case SILENT -> failed(Failure.Kind.NAME_TIMEOUT, Failure.Side.GATEWAY, what);
          case UNREACHABLE, GARBLED -> failed(Failure.Kind.NAME_FAILED, Failure.Side.GATEWAY, what);
          case NO_SOCKET -> failed(Failure.Kind.NO_SOCKET, Failure.Side.GATEWAY, what);
          case REFUSED ->
              failed(
                  Failure.Kind.NAME_FAILED,
                  refusal == REFUSED_BY_POLICY ? Failure.Side.GATEWAY : Failure.Side.ORIGIN,
                  what);
        });
  }

  /** The finding when the time for the whole name is over before every server was tried. */
  Finding outOfTime() {
    return failed(
        Failure.Kind.NAME_TIMEOUT,
        Failure.Side.GATEWAY,
        String.format(trouble.words, refusal) + text(server()));
  }

  private Finding failed(Failure.Kind kind, Failure.Side side, String detail) {
    return new Finding.Failed(
        new Failure(
            side,
            kind,
            Failure.Retry.SAFE,
            "Looking up " + question.name().text() + ": " + detail + "."));
  }

  private void end(Finding finding) {
    state = State.ENDED;
    release();
    then.accept(finding);
  }

  private void release() {
    @Nullable Channel open = channel;
    channel = null;
    if (open != null) {
      var _ = open.close();
    }
    @Nullable Future<?> running = timer;
    timer = null;
    if (running != null) {
      running.cancel(false);
    }
  }

  static String text(InetSocketAddress server) {
    String host = server.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + server.getPort();
  }

  /**
   * Reads what one socket brings and lets go of it; later events of a socket that was given up are
   * passed over.
   */
  private abstract class Reader extends ChannelInboundHandlerAdapter {
    abstract void hear(byte[] message);

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object received) {
      try {
        ByteBuf content =
            received instanceof ByteBufHolder holder ? holder.content() : (ByteBuf) received;
        byte[] message = ByteBufUtil.getBytes(content);
        ifCurrent(ctx.channel(), () -> hear(message));
      } finally {
        ReferenceCountUtil.release(received);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ifCurrent(ctx.channel(), () -> nextServer(Trouble.UNREACHABLE));
      var _ = ctx.close();
    }
  }

  private final class PacketReader extends Reader {
    @Override
    void hear(byte[] message) {
      byPacket(ReplyReader.read(question, message));
    }
  }

  private final class StreamReader extends Reader {
    @Override
    void hear(byte[] message) {
      byStream(ReplyReader.read(question, message));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      ifCurrent(ctx.channel(), () -> nextServer(Trouble.GARBLED));
    }
  }
}
