package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Asker;
import dev.sekisho.data.exchange.Ending;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Unopened;
import dev.sekisho.data.http1.Target;
import dev.sekisho.data.inspect.ClientHello;
import dev.sekisho.data.inspect.FirstBytes;
import dev.sekisho.data.inspect.FirstBytesReader;
import dev.sekisho.data.inspect.InspectConfig;
import dev.sekisho.data.inspect.Leaves;
import dev.sekisho.journal.RecordId;
import dev.sekisho.net.Authority;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Opens what comes through a CONNECT after its 200: recognises the first bytes, shakes hands with a
 * minted certificate where they are TLS, and puts a {@link ClientConnection} inside. Until then
 * nothing is taken out of what arrives, so that what cannot be opened can be passed on whole.
 *
 * <p>Two time limits: how long a client may say nothing (where the server speaks first it waits),
 * and how long it may take from its first byte to the end of the handshake.
 */
final class LineOpener extends ChannelInboundHandlerAdapter implements Deadlines.Expiring, House {
  private static final String NAME = "opener";

  private final ClientConnection outer;
  private final Channel channel;
  private final Lane lane;
  private final Line line;
  private final Inherited inherited;
  private @Nullable FirstBytesReader reader = new FirstBytesReader();

  private State state = State.LISTENING;
  private ByteBuf held;
  private Optional<Host> serverName = Optional.empty();
  private Optional<Ending.Denied> denial;
  private @Nullable ClientConnection inside;
  private long deadlineNanos;

  private enum State {
    /** Nothing has come. */
    LISTENING,
    /** Something has come, and does not tell yet. */
    RECOGNISING,
    MINTING,
    SHAKING_HANDS,
    /** It stays closed; what comes is kept for the tunnel. */
    UNOPENED,
    /** The inside has the connection. */
    INSIDE,
    OVER
  }

  /** The CONNECT, as its opener sees it. */
  interface Line {
    /**
     * TLS came, for this name.
     *
     * @return what requests inside are refused with, because of that name
     */
    Optional<Ending.Denied> greeted(@Nullable Host serverName);

    /** Whether the exchange goes on; {@link #greeted} may have ended it. */
    boolean living();

    /** It cannot be opened. What has come waits for {@link #handOver}. */
    void unopened(Unopened why);

    /** The client closed before there was a tunnel. */
    void left();

    void failed(Failure failure);

    /** The connection is over. */
    void over();
  }

  /**
   * What the requests inside get from the CONNECT.
   *
   * @param denial what they are refused with; empty when each is decided for itself
   */
  record Inherited(
      RecordId id, Authority authority, Asker.Who who, Optional<Ending.Denied> denial) {}

  private LineOpener(
      ClientConnection outer, Lane lane, Line line, Inherited inherited, ByteBuf early) {
    this.outer = outer;
    this.channel = outer.channel();
    this.lane = lane;
    this.line = line;
    this.inherited = inherited;
    this.denial = inherited.denial();
    this.held = early;
    this.deadlineNanos = after(silence(lane.means().inspection().config()).toNanos());
  }

  /** Where silence ends in a refusal there is no reason to hurry. */
  private static Duration silence(InspectConfig config) {
    return switch (config.cannotOpen().getOrDefault(Unopened.SILENT, Unopened.Outcome.DENY)) {
      case TUNNEL -> config.limits().silence();
      case DENY -> config.limits().handshake();
    };
  }

  /** Takes the connection over from its handler. */
  static LineOpener open(ClientConnection outer, Lane lane, Line line, Inherited inherited) {
    LineOpener opener = new LineOpener(outer, lane, line, inherited, outer.detach());
    lane.deadlines().add(opener);
    opener.channel.pipeline().addLast(NAME, opener);
    // Not from here: the exchange has yet to hear that it waits.
    lane.loop().execute(() -> outer.guarded(opener::begin));
    return opener;
  }

  private void begin() {
    if (state == State.LISTENING && held.isReadable()) {
      recognise();
    }
    if (state == State.LISTENING || state == State.RECOGNISING) {
      if (channel.isActive()) {
        channel.config().setAutoRead(true);
      } else {
        gone();
      }
    }
  }

  // What the connection tells.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    switch (state) {
      case LISTENING, RECOGNISING -> {
        held = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, bytes);
        recognise();
      }
      case MINTING, UNOPENED ->
          held = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, bytes);
      case SHAKING_HANDS, INSIDE, OVER -> bytes.release();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      gone();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    gone();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    boolean theirs = cause instanceof IOException || cause.getCause() instanceof SSLException;
    if (!theirs) {
      outer.defective(cause);
      return;
    }
    switch (state) {
      case LISTENING, RECOGNISING, MINTING, UNOPENED -> gone();
      case SHAKING_HANDS, INSIDE, OVER -> {}
    }
  }

  @Override
  public long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  public void expired() {
    switch (state) {
      case LISTENING -> unopened(Unopened.SILENT);
      case MINTING -> fail(HandshakeTrouble.notMinted("It took too long."));
      case RECOGNISING, SHAKING_HANDS -> fail(HandshakeTrouble.TOO_SLOW);
      case UNOPENED, INSIDE, OVER -> deadlineNanos = after(TimeUnit.DAYS.toNanos(1));
    }
  }

  @Override
  public void defective(Throwable cause) {
    outer.defective(cause);
  }

  // The way inside.

  private void recognise() {
    if (state == State.LISTENING) {
      state = State.RECOGNISING;
      deadlineNanos = after(lane.means().inspection().config().limits().handshake().toNanos());
    }
    FirstBytesReader now = reader;
    if (now == null) {
      return;
    }
    FirstBytes first = now.read(held);
    if (!(first instanceof FirstBytes.NeedMore)) {
      // Connections last for hours, and it may hold a large hello.
      reader = null;
    }
    switch (first) {
      case FirstBytes.NeedMore _ -> {}
      case FirstBytes.Http _ -> enter(Target.Scheme.HTTP);
      case FirstBytes.Other _ -> unopened(Unopened.NOT_TLS);
      case FirstBytes.Malformed(String detail) -> fail(HandshakeTrouble.malformed(detail));
      case FirstBytes.Tls(ClientHello hello) -> greet(hello);
    }
  }

  private void greet(ClientHello hello) {
    // A client that sends more than its hello waits for ours; the kernel keeps it.
    channel.config().setAutoRead(false);
    state = State.MINTING;
    serverName = hello.serverName();
    Host asked = inherited.authority().host();
    boolean sameName = serverName.isPresent() && serverName.get().equals(asked);
    Optional<Ending.Denied> byName = line.greeted(serverName.orElse(null));
    if (!line.living()) {
      return;
    }
    denial = denial.or(() -> byName);
    if (hello.encrypted() == ClientHello.Encrypted.OFFERED && !sameName) {
      unopened(Unopened.ENCRYPTED_HELLO);
    } else if (!hello.speaksHttp1()) {
      unopened(Unopened.NOT_HTTP1);
    } else {
      mint(serverName.orElse(asked));
    }
  }

  private void mint(Host name) {
    Leaves leaves = lane.means().inspection().leaves();
    SslContext known = leaves.known(name);
    if (known != null) {
      shakeHands(known);
      return;
    }
    leaves.mint(
        name, outer.clientAddress(), lane.loop(), minted -> outer.guarded(() -> minted(minted)));
  }

  private void minted(Leaves.Minted minted) {
    if (state != State.MINTING) {
      return;
    }
    switch (minted) {
      case Leaves.Minted.Leaf(SslContext context) -> shakeHands(context);
      case Leaves.Minted.Failed(String detail) -> fail(HandshakeTrouble.notMinted(detail));
    }
  }

  /** Until it is done the connection is elsewhere, and not to be touched but to be closed. */
  private void shakeHands(SslContext context) {
    state = State.SHAKING_HANDS;
    ByteBuf first = held;
    held = Unpooled.EMPTY_BUFFER;
    ServerHandshake.begin(channel, NAME, lane.handshakes(), context, first, new Shaken());
  }

  private final class Shaken implements ServerHandshake.Waiting {
    @Override
    public void shaken() {
      if (state == State.SHAKING_HANDS) {
        outer.guarded(() -> enter(Target.Scheme.HTTPS));
      }
    }

    @Override
    public void failed(Failure failure) {
      if (state == State.SHAKING_HANDS) {
        outer.guarded(() -> fail(failure));
      }
    }

    @Override
    public void defective(Throwable cause) {
      outer.defective(cause);
    }
  }

  private void enter(Target.Scheme scheme) {
    state = State.INSIDE;
    lane.deadlines().remove(this);
    var parent = new Asker.Line(inherited.id(), serverName.map(Host::text).orElse(null), denial);
    var setting =
        new Setting.Inside(inherited.authority(), serverName, scheme, inherited.who(), parent);
    ClientConnection connection = outer.within(setting, this);
    inside = connection;
    ByteBuf first = held;
    held = Unpooled.EMPTY_BUFFER;
    channel.pipeline().replace(this, "inside", connection);
    if (first.isReadable()) {
      connection.channelRead(channel.pipeline().context(connection), first);
    } else {
      first.release();
    }
  }

  // How it ends.

  private void unopened(Unopened why) {
    state = State.UNOPENED;
    lane.deadlines().remove(this);
    stopReading();
    line.unopened(why);
  }

  /** Gives the connection to a tunnel, with what has come; ownership passes. */
  ByteBuf handOver() {
    state = State.OVER;
    ByteBuf first = held;
    held = Unpooled.EMPTY_BUFFER;
    channel.pipeline().remove(this);
    return first;
  }

  private void fail(Failure failure) {
    leave();
    line.failed(failure);
  }

  /** The client closed, or was cut off. What never sent a byte asked for nothing. */
  private void gone() {
    switch (state) {
      case LISTENING -> {
        leave();
        channel.close();
        line.over();
      }
      case RECOGNISING, MINTING -> fail(HandshakeTrouble.LEFT_EARLY);
      case UNOPENED -> {
        leave();
        line.left();
      }
      case SHAKING_HANDS, INSIDE, OVER -> {}
    }
  }

  /** Stays where it is, so that nobody else hears of what still comes. */
  private void leave() {
    State before = state;
    state = State.OVER;
    lane.deadlines().remove(this);
    held.release();
    held = Unpooled.EMPTY_BUFFER;
    if (before != State.SHAKING_HANDS) {
      stopReading();
    }
  }

  private void stopReading() {
    if (channel.isActive()) {
      channel.config().setAutoRead(false);
    }
  }

  /** Ends whatever there is, as when the exchange of the CONNECT has ended. */
  void end() {
    ClientConnection now = inside;
    if (now != null) {
      now.end();
    } else if (state != State.OVER) {
      leave();
    }
  }

  /** Lets go of a connection inside that carries nothing, as at shutdown. */
  void closeIfIdle() {
    ClientConnection now = inside;
    if (now != null) {
      now.closeIfIdle();
    }
  }

  // The house of the connection inside.

  @Override
  public void arrived(ClientConnection connection) {
    // The outer connection is the one that is counted.
  }

  @Override
  public void left(ClientConnection connection, IpAddress client) {
    state = State.OVER;
    line.over();
  }

  @Override
  public boolean draining() {
    return outer.draining();
  }

  /** The TLS that a client connection speaks, the inner one where there are two, or null. */
  static @Nullable SslHandler innermostTls(Channel channel) {
    return channel.pipeline().get(ServerHandshake.TLS) instanceof SslHandler inner
        ? inner
        : channel.pipeline().get(SslHandler.class);
  }

  private long after(long nanos) {
    return lane.deadlines().nowNanos() + nanos;
  }
}
