package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Asked;
import dev.sekisho.data.exchange.Carrier;
import dev.sekisho.data.exchange.Exchange;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Refusal;
import dev.sekisho.data.http1.Fields;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.data.listen.ClientConnection.Afterwards;
import dev.sekisho.data.names.Resolver;
import dev.sekisho.data.origin.Dialler;
import dev.sekisho.data.origin.OriginConnection;
import dev.sekisho.data.origin.OriginKey;
import dev.sekisho.data.relay.Tunnels;
import dev.sekisho.journal.Record;
import dev.sekisho.net.Authority;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Carries one exchange over sockets: does what the exchange asks ({@link Carrier}) and tells it
 * what came of it. Bytes of bodies pass here and never through the exchange. Everything runs on the
 * client connection's event loop.
 */
final class HttpCarrier implements Carrier, OriginConnection.User {
  /**
   * A used connection may carry a request that cannot be repeated only while the origin is very
   * unlikely to be closing it.
   */
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final ClientConnection client;
  private final Lane lane;
  private final RequestHead head;
  private final Authority authority;
  private final Exchange exchange;
  private final Upload upload;
  private final Download download;

  private Life life = Life.LIVING;
  private Dialler.@Nullable Attempt attempt;
  private @Nullable OriginConnection origin;
  private @Nullable Channel line;
  private Tunnels.@Nullable Tunnel tunnel;

  private enum Life {
    LIVING,
    OVER
  }

  HttpCarrier(ClientConnection client, Lane lane, RequestHead head, Asked asked, Record record) {
    this.client = client;
    this.lane = lane;
    this.head = head;
    this.authority = new Authority(asked.host(), asked.port());
    this.upload = new Upload(head);
    this.download = new Download(client.channel(), head, lane.voice().responses());
    this.exchange = new Exchange(asked, client.clientAddress(), record, this, lane.gate());
  }

  void begin() {
    exchange.begin();
  }

  // What the exchange asks for.

  @Override
  public void resolve(DomainName name) {
    Resolver resolver = lane.means().resolver();
    Resolver.Answer known = resolver.known(name);
    if (known != null) {
      answered(known);
    } else {
      resolver.resolve(name, lane.loop(), answer -> client.guarded(() -> answered(answer)));
    }
  }

  private void answered(Resolver.Answer answer) {
    switch (answer) {
      case Resolver.Answer.Addresses(List<IpAddress> addresses) -> exchange.resolved(addresses);
      case Resolver.Answer.Failed(Failure failure) -> exchange.failed(failure);
    }
  }

  @Override
  public void dial(List<IpAddress> addresses, int port, Connection wanted) {
    client.never();
    OriginConnection used =
        wanted == Connection.ANY && !isConnect() ? usedConnection(addresses) : null;
    if (used != null) {
      origin = used;
      exchange.dialled(used.address());
      return;
    }
    attempt =
        lane.means()
            .dialler()
            .dial(addresses, port, lane.loop(), outcome -> client.guarded(() -> dialled(outcome)));
  }

  private OriginKey originKey() {
    return new OriginKey(authority, OriginKey.Security.PLAIN);
  }

  private @Nullable OriginConnection usedConnection(List<IpAddress> addresses) {
    OriginConnection bound = client.bound().take(originKey());
    if (bound != null && addresses.contains(bound.address())) {
      return bound;
    }
    if (bound != null) {
      bound.close();
    }
    long youngerThan = upload.repeatable() ? Long.MAX_VALUE : FRESH_NANOS;
    return lane.pool().take(originKey(), addresses, youngerThan, lane.deadlines().nowNanos());
  }

  private void dialled(Dialler.Dialled outcome) {
    attempt = null;
    switch (outcome) {
      case Dialler.Dialled.Failed(Failure failure) -> exchange.failed(failure);
      case Dialler.Dialled.Connected(Channel channel, IpAddress address) -> {
        if (life == Life.OVER) {
          channel.close();
          return;
        }
        if (isConnect()) {
          line = channel;
        } else if (ended(channel)) {
          channel.close();
          exchange.failed(Broken.ENDED_AT_ONCE);
          return;
        } else {
          origin = new OriginConnection(channel, address, lane.headLimits());
        }
        exchange.dialled(address);
      }
    }
  }

  /** What ended before anybody listened will not tell it again. */
  private static boolean ended(Channel channel) {
    return !channel.isActive()
        || channel instanceof SocketChannel socket && socket.isInputShutdown();
  }

  @Override
  public void forward() {
    OriginConnection to = connected();
    to.use(this, head.method());
    upload.begin(to, lane.voice().requests());
    client.within(lane.limits().responseTimeout());
    pump();
    to.flush();
    // The client was stopped when it was ahead of us while we dialled; nothing else would let it go
    // on.
    client.taken();
  }

  @Override
  public void deliver() {
    ResponseHead response = download.head();
    if (response.status() == 101) {
      switchProtocols();
      return;
    }
    download.begin(Afterwards.of(upload.over() && !client.draining()));
    client.within(lane.limits().bodyTimeout());
    connected().startBody(response);
  }

  @Override
  public void tunnel() {
    Channel to = line;
    if (to == null) {
      throw new IllegalStateException("no line to join");
    }
    line = null;
    joinAfter(download.established(), new OriginConnection.Detached(to, Unpooled.EMPTY_BUFFER));
  }

  /** After 101 both sides speak another protocol: from here it is a tunnel. */
  private void switchProtocols() {
    OriginConnection.Detached detached = connected().detach();
    origin = null;
    joinAfter(download.switching(), detached);
  }

  private void joinAfter(ByteBuf message, OriginConnection.Detached far) {
    client.within(lane.limits().bodyTimeout());
    client
        .channel()
        .writeAndFlush(message)
        .addListener(written -> client.guarded(() -> join(written.isSuccess(), far)));
  }

  private void join(boolean written, OriginConnection.Detached far) {
    if (life == Life.OVER || !written) {
      far.early().release();
      far.channel().close();
      exchange.clientLeft();
      return;
    }
    ByteBuf early = client.detach();
    tunnel =
        lane.means()
            .tunnels()
            .open(
                client.channel(),
                far.channel(),
                early,
                far.early(),
                lane.limits().tunnelIdle(),
                ended -> client.guarded(() -> tunnelEnded(ended)));
  }

  private void tunnelEnded(Tunnels.Ended ended) {
    switch (ended.cause()) {
      case CLOSED -> exchange.delivered();
      case CLIENT_RESET, ORIGIN_RESET, IDLE, ENDED, FAILED ->
          exchange.failed(Broken.tunnel(ended.cause()));
    }
    life = Life.OVER;
    client.tunnelled();
  }

  @Override
  public void refuse(Refusal refusal) {
    letGo();
    download.discard();
    if (client.isTunnel()) {
      return;
    }
    if (download.begun()) {
      client.breakOff(download.endsByClose() ? BreakOff.RESET : BreakOff.CLOSE);
      return;
    }
    // After a refused CONNECT the client may already have sent what was meant for the tunnel; it
    // must not be read as requests.
    Afterwards then = Afterwards.of(head.keepAlive() && !isConnect() && upload.nothingLeftToRead());
    client.answer(Answer.refusal(refusal, head, then, client.channel().alloc()), then);
  }

  @Override
  public boolean responseBegun() {
    return client.isTunnel() || download.begun();
  }

  @Override
  public void abandon() {
    letGo();
    download.discard();
    client.breakOff(BreakOff.CLOSE);
  }

  @Override
  public long bytesUp() {
    return tunnel == null ? upload.bytes() : tunnel.bytesUp();
  }

  @Override
  public long bytesDown() {
    return tunnel == null ? download.bytes() : tunnel.bytesDown();
  }

  @Override
  public long nowMicros() {
    return WallClock.micros();
  }

  // What the client connection tells.

  /** More of the request's body may have arrived. */
  void pump() {
    if (life == Life.OVER || !upload.open()) {
      return;
    }
    switch (upload.pump(client.held())) {
      case Upload.Pumped.Nothing _ -> {}
      case Upload.Pumped.Some _ ->
          client.within(
              upload.over() ? lane.limits().responseTimeout() : lane.limits().bodyTimeout());
      case Upload.Pumped.Broken(Failure failure) -> exchange.failed(failure);
    }
  }

  void flushUp() {
    // Also when the upload is over: its last piece was written by the pump just before.
    if (origin != null) {
      upload.flush();
    }
  }

  void clientWritable() {
    if (origin != null) {
      origin.resume();
    }
  }

  void clientLeft() {
    exchange.clientLeft();
  }

  /** The time limit of the phase it is in is over. */
  void expired() {
    exchange.failed(
        switch (exchange.phase()) {
          case FORWARD -> uploadExpired();
          case DELIVER ->
              origin != null && client.channel().isWritable()
                  ? Broken.RESPONSE_STOPPED
                  : Broken.CLIENT_STOPPED_TAKING;
          case DECIDE, RECORD, ROUTE, RESOLVE, CHECK, DIAL, JUDGE, DONE -> Broken.NO_LIMIT_HERE;
        });
  }

  private Failure uploadExpired() {
    if (upload.over()) {
      return Broken.NO_ANSWER;
    }
    return connected().writable() ? Broken.REQUEST_STOPPED : Broken.ORIGIN_STOPPED_TAKING;
  }

  void drained() {
    exchange.failed(Broken.SHUT_DOWN);
  }

  void defect(Throwable cause) {
    exchange.failed(Broken.defect(cause));
  }

  @Override
  public void defective(Throwable cause) {
    client.defective(cause);
  }

  /** Ends a tunnel from our side. */
  void endTunnel() {
    if (tunnel != null) {
      tunnel.end();
    }
  }

  // What the origin's connection tells.

  @Override
  public void interim(ResponseHead interim) {
    download.interim(interim);
    holdBackOrigin();
  }

  @Override
  public void head(ResponseHead response) {
    if (response.status() == 101
        && !(head.upgradesToWebSocket() && response.switchesToWebSocket())) {
      exchange.failed(Broken.UNASKED_SWITCH);
      return;
    }
    download.take(response);
    exchange.responded(response.status(), Download.mediaType(response), response.contentLength());
  }

  @Override
  public void data(ByteBuf piece) {
    download.data(piece);
    client.within(lane.limits().bodyTimeout());
    holdBackOrigin();
  }

  private void holdBackOrigin() {
    if (origin != null && !client.channel().isWritable()) {
      origin.pause();
    }
  }

  @Override
  public void readComplete() {
    download.flush();
  }

  @Override
  public void writable() {
    pump();
    flushUp();
    client.taken();
  }

  @Override
  public void end(Fields trailers, OriginConnection.Reuse reuse) {
    OriginConnection last = connected();
    origin = null;
    download.end(trailers);
    keepOrClose(last, reuse);
    download.flush();
    if (download.allWritten()) {
      finish();
    } else {
      download.whenWritten(this::finish);
    }
  }

  private void finish() {
    if (life == Life.OVER) {
      return;
    }
    life = Life.OVER;
    exchange.delivered();
    client.finished(download.afterwards());
  }

  private void keepOrClose(OriginConnection last, OriginConnection.Reuse reuse) {
    if (reuse == OriginConnection.Reuse.IMPOSSIBLE || !upload.over()) {
      last.close();
      return;
    }
    last.resume();
    if (head.authenticatesConnection() || download.head().authenticatesConnection()) {
      last.bind();
    }
    switch (last.binding()) {
      case BOUND -> client.bound().give(originKey(), last);
      case SHARED -> lane.pool().give(originKey(), last, lane.deadlines().nowNanos());
    }
  }

  @Override
  public void lost(Failure.Kind kind, String detail, OriginConnection.Received received) {
    OriginConnection last = connected();
    origin = null;
    boolean stale =
        received == OriginConnection.Received.NOTHING
            && last.usesBefore() > 0
            && upload.repeatable();
    Failure.Kind what =
        received == OriginConnection.Received.SOMETHING && kind == Failure.Kind.CONNECTION_LOST
            ? Failure.Kind.RESPONSE_INCOMPLETE
            : kind;
    if (stale) {
      upload.rewind();
    }
    exchange.failed(
        new Failure(
            Failure.Side.ORIGIN, what, stale ? Failure.Retry.SAFE : Failure.Retry.UNSAFE, detail));
  }

  private void letGo() {
    life = Life.OVER;
    if (attempt != null) {
      attempt.cancel();
      attempt = null;
    }
    if (origin != null) {
      origin.close();
      origin = null;
    }
    if (line != null) {
      line.close();
      line = null;
    }
  }

  private boolean isConnect() {
    return head.method().equals("CONNECT");
  }

  private OriginConnection connected() {
    if (origin == null) {
      throw new IllegalStateException("no connection to an origin in phase " + exchange.phase());
    }
    return origin;
  }
}
