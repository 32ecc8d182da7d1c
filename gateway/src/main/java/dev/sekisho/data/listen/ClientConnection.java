package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Asked;
import dev.sekisho.data.exchange.Asker;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Refusal;
import dev.sekisho.data.exchange.Unreadable;
import dev.sekisho.data.http1.Bad;
import dev.sekisho.data.http1.FieldName;
import dev.sekisho.data.http1.NeedMore;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.RequestParser;
import dev.sekisho.data.origin.BoundConnections;
import dev.sekisho.journal.Record;
import dev.sekisho.net.IpAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: requests in, one after the other, each carried by an {@link Carried}.
 * What arrives while an exchange is under way is its body, or the next request, which waits its
 * turn.
 *
 * <p>States and the time limit that holds in each:
 *
 * <pre>
 * AWAITING   between requests                    idle-timeout, silently
 * READING    a head has begun                    request-timeout, 408
 * EXCHANGING an exchange has the connection      the carrier's (response, body)
 * TUNNELLING the relay has the connection        the relay's (tunnel-idle)
 * ENDING     answered, the answer is leaving     body-timeout
 * LINGERING  everything left, our side is over   one second
 * CLOSED
 * </pre>
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements Deadlines.Expiring {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);
  private static final int MOST_HELD = 64 << 10;
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

  private enum State {
    AWAITING,
    READING,
    EXCHANGING,
    TUNNELLING,
    ENDING,
    LINGERING,
    CLOSED
  }

  private final Channel channel;
  private final Lane lane;
  private final Client client;
  private final Setting setting;
  private final House house;
  private final RequestParser parser;
  private final BoundConnections bound = new BoundConnections();

  private State state = State.AWAITING;
  private ByteBuf held = Unpooled.EMPTY_BUFFER;
  private @Nullable Carried carrier;
  private long deadlineNanos;
  private long headSinceMicros;

  ClientConnection(Channel channel, Lane lane, Client client, Setting setting, House house) {
    this.channel = channel;
    this.lane = lane;
    this.client = client;
    this.setting = setting;
    this.house = house;
    this.parser = new RequestParser(lane.headLimits(), setting.scheme().defaultPort());
    this.deadlineNanos = lane.deadlines().nowNanos() + lane.limits().requestTimeout().toNanos();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    lane.deadlines().add(this);
    house.arrived(this);
  }

  // What the connection tells us.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (state == State.ENDING || state == State.LINGERING || state == State.CLOSED) {
      bytes.release();
      return;
    }
    if (held.isReadable()) {
      held = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, bytes);
    } else {
      held.release();
      held = bytes;
    }
    advance();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (carrier != null) {
      carrier.flushUp();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (!channel.isWritable()) {
      return;
    }
    if (carrier != null) {
      carrier.clientWritable();
    } else if (state == State.AWAITING) {
      // Not from here: an answer of ours may just be being written.
      lane.loop().execute(() -> guarded(this::advance));
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    boolean waits = state == State.TUNNELLING || state == State.ENDING;
    if (event instanceof ChannelInputShutdownEvent && !waits) {
      left();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    left();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // What a client does wrong in TLS comes wrapped by the decoder.
    if (cause instanceof java.io.IOException
        || cause.getCause() instanceof javax.net.ssl.SSLException) {
      left();
      return;
    }
    defective(cause);
  }

  /** Something of ours threw: said in the log, recorded where that still works, and over. */
  @Override
  public void defective(Throwable cause) {
    LOG.error("A defect ended the connection of {}; please report it.", client.address(), cause);
    Carried now = carrier;
    try {
      if (now != null) {
        now.defect(cause);
      }
    } catch (RuntimeException again) {
      LOG.error("A defect while a defect was recorded; please report it.", again);
    } finally {
      if (now != null) {
        now.endTunnel();
      }
      tunnelled();
      close();
      channel.close();
    }
  }

  /** Runs what comes back as an event, so that no defect in it leaves a client waiting. */
  void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException defect) {
      defective(defect);
    }
  }

  @Override
  public long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  public void expired() {
    switch (state) {
      case AWAITING, ENDING, LINGERING -> close();
      case READING -> unreadable(Broken.HEAD_IS_LATE);
      case EXCHANGING -> present().expired();
      case TUNNELLING, CLOSED -> never();
    }
  }

  /** Goes on with what is held: parses heads, and gives a running exchange its body. */
  private void advance() {
    if (state == State.TUNNELLING || state == State.CLOSED) {
      return;
    }
    // A client that does not read its answers gets no more of them, or pipelined requests would
    // fill the memory with answers.
    while ((state == State.AWAITING || state == State.READING)
        && held.isReadable()
        && channel.isWritable()) {
      if (!readOneHead()) {
        break;
      }
    }
    if (state == State.EXCHANGING) {
      present().pump();
    }
    if (!held.isReadable()) {
      release();
    }
    holdBack();
  }

  private boolean readOneHead() {
    if (state == State.AWAITING) {
      state = State.READING;
      headSinceMicros = WallClock.micros();
      within(lane.limits().requestTimeout());
    }
    return switch (parser.parse(held)) {
      case NeedMore _ -> false;
      case Bad(Failure failure) -> {
        unreadable(failure);
        yield false;
      }
      case RequestHead head -> {
        begin(head);
        yield true;
      }
    };
  }

  private void begin(RequestHead head) {
    state = State.EXCHANGING;
    never();
    switch (Reading.of(head, lane, setting)) {
      case Reading.Ours(String path) ->
          answer(
              OwnPage.render(path, head, lane.means().inspection(), channel),
              OwnPage.afterwards(head));
      case Reading.Unfit(Failure failure) -> unreadable(failure);
      case Reading.Outbound(Asked asked, Record.Mode mode) -> {
        Record record = newRecord(mode);
        if (head.hostDisagrees()) {
          record.hostField = head.fields().first(FieldName.HOST);
        }
        Carried next =
            switch (asked) {
              case Asked.Line line -> new ConnectCarrier(this, lane, head, line, record);
              case Asked.Url url -> new HttpCarrier(this, lane, head, url, record);
            };
        carrier = next;
        next.begin();
      }
    }
  }

  Asker asker(RequestHead head) {
    return setting.asker(client, head, lane.gate().identity());
  }

  /** A connection of the same client inside this one. */
  ClientConnection within(Setting.Inside setting, House house) {
    return new ClientConnection(channel, lane, client, setting, house);
  }

  private void unreadable(Failure failure) {
    Refusal refusal =
        Unreadable.end(
            failure, client.address(), newRecord(setting.mode()), WallClock.micros(), lane.gate());
    answer(Answer.refusal(refusal, channel.alloc()), Afterwards.CLOSE);
  }

  private Record newRecord(Record.Mode mode) {
    long start = headSinceMicros == 0 ? WallClock.micros() : headSinceMicros;
    return setting.record(client, mode, start, lane.gate());
  }

  // What a carrier may do with the connection it has.

  ByteBuf held() {
    return held;
  }

  Channel channel() {
    return channel;
  }

  IpAddress clientAddress() {
    return client.address();
  }

  BoundConnections bound() {
    return bound;
  }

  /** Sends a whole answer of our own and goes on, or closes. Ownership passes. */
  void answer(ByteBuf message, Afterwards then) {
    channel.writeAndFlush(message, channel.voidPromise());
    finished(then);
  }

  /** The exchange is over and everything is written. */
  void finished(Afterwards then) {
    carrier = null;
    if (state == State.CLOSED) {
      return;
    }
    if (then == Afterwards.CLOSE || draining()) {
      linger();
      return;
    }
    state = State.AWAITING;
    headSinceMicros = 0;
    within(lane.limits().idleTimeout());
    if (held.isReadable()) {
      // The next pipelined request; not from here, or a thousand of them would go as deep on the
      // stack.
      lane.loop().execute(() -> guarded(this::advance));
    } else {
      readOn();
    }
  }

  /** Breaks it off so that the client cannot take what it has for everything. */
  void breakOff(BreakOff how) {
    if (how == BreakOff.RESET && channel instanceof SocketChannel socket && channel.isActive()) {
      socket.config().setSoLinger(0);
      // Past TLS, whose farewell would say that this is the end.
      channel.unsafe().close(channel.voidPromise());
    }
    carrier = null;
    close();
  }

  boolean isTunnel() {
    return state == State.TUNNELLING;
  }

  boolean draining() {
    return house.draining();
  }

  /** Gives the bare channel and what was read to a tunnel; {@link #tunnelled} when it is over. */
  ByteBuf detach() {
    state = State.TUNNELLING;
    never();
    lane.deadlines().remove(this);
    channel.config().setAutoRead(false);
    channel.pipeline().remove(this);
    ByteBuf early = held;
    held = Unpooled.EMPTY_BUFFER;
    return early;
  }

  void tunnelled() {
    if (state == State.TUNNELLING) {
      state = State.CLOSED;
      bound.close();
      house.left(this, client.address());
    }
  }

  void within(java.time.Duration limit) {
    deadlineNanos = lane.deadlines().nowNanos() + limit.toNanos();
  }

  /** No limit of ours holds now. */
  void never() {
    deadlineNanos = lane.deadlines().nowNanos() + TimeUnit.DAYS.toNanos(3650);
  }

  /** Does something with it if it lives on this lane; only its own loop may touch it. */
  void ifOn(Lane here, java.util.function.Consumer<ClientConnection> task) {
    if (lane == here) {
      task.accept(this);
    }
  }

  /** Lets go of a connection that carries nothing, as at shutdown. */
  void closeIfIdle() {
    if (state == State.AWAITING) {
      close();
    } else if (state == State.TUNNELLING) {
      present().closeIfIdle();
    }
  }

  /** Ends whatever it carries, as when the drain limit is over. */
  void end() {
    Carried now = carrier;
    if (now != null && state == State.TUNNELLING) {
      now.endTunnel();
      return;
    }
    if (now != null) {
      now.drained();
    }
    close();
  }

  // How it ends.

  private void left() {
    if (state == State.CLOSED || state == State.TUNNELLING) {
      return;
    }
    // First what is inside: the record of a CONNECT is closed when its connection is.
    Carried now = carrier;
    if (now != null) {
      now.clientLeft();
    }
    carrier = null;
    close();
  }

  /**
   * Closes in order: our side first, when the answer has left, then what the client still sends is
   * read and dropped, so that the answer is not lost to a reset.
   */
  private void linger() {
    state = State.ENDING;
    within(lane.limits().bodyTimeout());
    release();
    readOn();
    if (channel instanceof SocketChannel socket && channel.isActive()) {
      Farewell.say(socket, this::farewellSaid);
    } else {
      close();
    }
  }

  private void farewellSaid() {
    if (state == State.ENDING) {
      state = State.LINGERING;
      deadlineNanos = lane.deadlines().nowNanos() + LINGER_NANOS;
    }
  }

  private void close() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    lane.deadlines().remove(this);
    release();
    bound.close();
    channel.close();
    house.left(this, client.address());
  }

  /** Stops reading when the client is ahead of what can be used; resumes when it is not. */
  private void holdBack() {
    if (held.readableBytes() > Math.max(MOST_HELD, lane.limits().headerBlock())) {
      if (channel.config().isAutoRead()) {
        channel.config().setAutoRead(false);
      }
    } else {
      readOn();
    }
  }

  private void readOn() {
    if (channel.isActive() && !channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
  }

  /** The carrier took some of what was held. */
  void taken() {
    if (!held.isReadable()) {
      release();
    }
    holdBack();
  }

  private void release() {
    held.release();
    held = Unpooled.EMPTY_BUFFER;
  }

  private Carried present() {
    if (carrier == null) {
      throw new IllegalStateException("no exchange in state " + state);
    }
    return carrier;
  }
}
