package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Asked;
import dev.sekisho.data.exchange.Asker;
import dev.sekisho.data.exchange.Ending;
import dev.sekisho.data.exchange.Errand;
import dev.sekisho.data.exchange.Exchange;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.LineCarrier;
import dev.sekisho.data.exchange.Phase;
import dev.sekisho.data.exchange.Refusal;
import dev.sekisho.data.exchange.Unopened;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.origin.Dialler;
import dev.sekisho.data.origin.OriginConnection;
import dev.sekisho.journal.Record;
import dev.sekisho.net.Authority;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries a CONNECT: refused, joined with its origin, or opened. Everything runs on the client
 * connection's event loop.
 */
final class ConnectCarrier implements LineCarrier, Carried, LineOpener.Line {
  private static final ByteBuf ESTABLISHED =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer()
              .writeBytes(
                  "HTTP/1.1 200 Connection Established\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
              .asReadOnly());

  private final ClientConnection client;
  private final Lane lane;
  private final RequestHead head;
  private final Authority authority;
  private final Exchange exchange;
  private final Outreach outreach;
  private final Junction junction;

  private Life life = Life.LIVING;
  private Answered answered = Answered.NOTHING;
  private @Nullable LineOpener opener;
  private Dialler.@Nullable Attempt attempt;
  private @Nullable Channel far;

  private enum Life {
    LIVING,
    OVER
  }

  private enum Answered {
    NOTHING,
    /** The client has its 200, and everything it sends is for the tunnel. */
    ESTABLISHED
  }

  ConnectCarrier(
      ClientConnection client, Lane lane, RequestHead head, Asked.Line asked, Record record) {
    this.client = client;
    this.lane = lane;
    this.head = head;
    this.authority = new Authority(asked.host(), asked.port());
    this.outreach = new Outreach(client, lane);
    this.junction = new Junction(client, lane);
    this.exchange =
        new Exchange(new Errand.Line(asked, this), client.asker(head), record, lane.gate());
  }

  @Override
  public void begin() {
    exchange.begin();
  }

  // What the exchange asks for.

  @Override
  public void identify(String credentials) {
    outreach.identify(credentials, exchange::identified);
  }

  @Override
  public void resolve(DomainName name) {
    outreach.resolve(name, exchange);
  }

  @Override
  public void open(Asker.Who who, Optional<Ending.Denied> denial) {
    client.channel().writeAndFlush(ESTABLISHED.duplicate(), client.channel().voidPromise());
    answered = Answered.ESTABLISHED;
    var inherited = new LineOpener.Inherited(exchange.id(), authority, who, denial);
    opener = LineOpener.open(client, lane, this, inherited);
  }

  @Override
  public void dial(List<IpAddress> addresses, int port, Connection wanted) {
    client.never();
    attempt = outreach.dial(addresses, port, this::dialled);
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
        far = channel;
        exchange.dialled(address);
      }
    }
  }

  @Override
  public void tunnel() {
    Channel to = far;
    if (to == null) {
      throw new IllegalStateException("no connection to join");
    }
    LineOpener opened = opener;
    if (opened != null) {
      far = null;
      opener = null;
      join(opened.handOver(), to);
      return;
    }
    answered = Answered.ESTABLISHED;
    client.within(lane.limits().bodyTimeout());
    client
        .channel()
        .writeAndFlush(ESTABLISHED.duplicate())
        .addListener(written -> client.guarded(() -> answered(written.isSuccess())));
  }

  private void answered(boolean written) {
    Channel to = far;
    far = null;
    if (to == null) {
      return;
    }
    if (life == Life.OVER || !written) {
      to.close();
      exchange.clientLeft();
      return;
    }
    join(client.detach(), to);
  }

  private void join(ByteBuf first, Channel to) {
    junction.join(first, new OriginConnection.Detached(to, Unpooled.EMPTY_BUFFER), exchange);
  }

  @Override
  public void refuse(Refusal refusal) {
    letGo();
    switch (answered) {
      case ESTABLISHED -> {
        if (!junction.joined()) {
          client.channel().close();
          client.tunnelled();
        }
      }
      // The client may already have sent what was meant for the tunnel; it must not be read as
      // requests.
      case NOTHING ->
          client.answer(
              Answer.refusal(refusal, head, Afterwards.CLOSE, client.channel().alloc()),
              Afterwards.CLOSE);
    }
  }

  @Override
  public boolean responseBegun() {
    return answered == Answered.ESTABLISHED;
  }

  @Override
  public void abandon() {
    letGo();
    client.breakOff(BreakOff.CLOSE);
  }

  private void letGo() {
    life = Life.OVER;
    if (opener != null) {
      opener.end();
      opener = null;
    }
    if (attempt != null) {
      attempt.cancel();
      attempt = null;
    }
    if (far != null) {
      far.close();
      far = null;
    }
  }

  @Override
  public long bytesUp() {
    return junction.bytesUp();
  }

  @Override
  public long bytesDown() {
    return junction.bytesDown();
  }

  @Override
  public long nowMicros() {
    return WallClock.micros();
  }

  // What became of opening.

  @Override
  public Optional<Ending.Denied> greeted(dev.sekisho.net.@Nullable Host serverName) {
    return exchange.greeted(serverName);
  }

  @Override
  public boolean living() {
    return life == Life.LIVING;
  }

  @Override
  public void unopened(Unopened why) {
    exchange.unopened(why);
  }

  @Override
  public void left() {
    exchange.clientLeft();
  }

  @Override
  public void failed(Failure failure) {
    exchange.failed(failure);
  }

  @Override
  public void over() {
    opener = null;
    exchange.lineOver();
    life = Life.OVER;
    client.tunnelled();
  }

  // What the client connection tells.

  @Override
  public void clientLeft() {
    exchange.clientLeft();
  }

  @Override
  public void expired() {
    exchange.failed(
        exchange.phase() == Phase.DELIVER ? Broken.CLIENT_STOPPED_TAKING : Broken.NO_LIMIT_HERE);
  }

  @Override
  public void closeIfIdle() {
    if (opener != null) {
      opener.closeIfIdle();
    }
  }

  @Override
  public void drained() {
    exchange.failed(Broken.SHUT_DOWN);
  }

  @Override
  public void defect(Throwable cause) {
    exchange.failed(Broken.defect(cause));
  }

  @Override
  public void endTunnel() {
    if (junction.joined()) {
      junction.end();
    } else {
      drained();
    }
  }
}
