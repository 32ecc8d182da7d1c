package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Asked;
import dev.sekisho.data.exchange.Errand;
import dev.sekisho.data.exchange.Exchange;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Refusal;
import dev.sekisho.data.exchange.RequestCarrier;
import dev.sekisho.data.http1.Fields;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.data.origin.OriginConnection;
import dev.sekisho.data.origin.OriginTls;
import dev.sekisho.journal.Record;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import dev.sekisho.policy.Obligations;
import dev.sekisho.scan.HeldReader;
import dev.sekisho.scan.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Carries one request and its response over sockets: does what the exchange asks ({@link
 * RequestCarrier}) and tells it what came of it. Bytes of bodies pass here and never through the
 * exchange. Everything runs on the client connection's event loop.
 */
final class HttpCarrier
    implements RequestCarrier, Carried, Access.Told, OriginConnection.User, Custody.Carrier {
  /**
   * A used connection may carry a request that cannot be repeated only while the origin is very
   * unlikely to be closing it.
   */
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final ClientConnection client;
  private final Lane lane;
  private final RequestHead head;
  private final Asked.Url asked;
  private final Exchange exchange;
  private final Outreach outreach;
  private final Switched switched;
  private @Nullable Access access;
  private final Custody custody;
  private final Upload upload;
  private final Download download;

  private Life life = Life.LIVING;
  private @Nullable OriginConnection origin;

  private enum Life {
    LIVING,
    OVER
  }

  HttpCarrier(
      ClientConnection client, Lane lane, RequestHead head, Asked.Url asked, Record record) {
    this.client = client;
    this.lane = lane;
    this.head = head;
    this.asked = asked;
    this.upload = new Upload(head);
    this.download = new Download(client.channel(), head, lane.voice().responses());
    this.outreach = new Outreach(client, lane);
    this.exchange =
        new Exchange(new Errand.Request(asked, this), client.asker(head), record, lane.gate());
    var subjects = new ScanSubjects(asked, head, client.clientAddress(), record.id);
    this.switched = new Switched(client, lane, subjects, exchange);
    this.custody =
        new Custody(client, lane, subjects, new Custody.Bodies(upload, download), exchange, this);
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
  public void scanUpload() {
    custody.scanUpload();
  }

  @Override
  public void scanDownload(Optional<Obligations.Deliver> deliver) {
    if (download.head().status() == 101) {
      custody.notHeld(switched.agree(download.head()));
    } else {
      custody.scanDownload(deliver);
    }
  }

  @Override
  public void dial(List<IpAddress> addresses, int port, Connection wanted) {
    client.never();
    Access to = new Access(client, lane, Access.key(asked.way(), exchange.user(), lane), this);
    access = to;
    long youngerThan = upload.repeatable() ? Long.MAX_VALUE : FRESH_NANOS;
    OriginConnection used = wanted == Connection.ANY ? to.used(addresses, youngerThan) : null;
    if (used != null) {
      reached(used);
    } else {
      to.dial(addresses, port);
    }
  }

  @Override
  public void reached(OriginConnection connection) {
    origin = connection;
    OriginTls.Secured.Done security = connection.security();
    if (security != null) {
      exchange.secured(security.version(), security.cipher());
    }
    exchange.dialled(connection.address());
  }

  @Override
  public void failed(Failure failure) {
    exchange.failed(failure);
  }

  @Override
  public void recall() {
    custody.recall();
  }

  @Override
  public void forward(Obligations.Scan scan) {
    OriginConnection to = connected();
    to.use(this, head.method());
    upload.begin(to, lane.voice().requests(), custody.wanted(scan));
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
      OriginConnection.Detached far = connected().detach();
      origin = null;
      switched.begin(far, download.switching());
      return;
    }
    client.within(lane.limits().bodyTimeout());
    if (!custody.deliver()) {
      download.begin(Afterwards.of(upload.over() && !client.draining()));
      startBody(response);
    }
  }

  // What custody asks for.

  @Override
  public void startBody(ResponseHead response) {
    connected().startBody(response);
  }

  @Override
  public void moveUp() {
    pump();
    flushUp();
    client.taken();
  }

  @Override
  public void pauseOrigin() {
    if (origin != null) {
      origin.pause();
    }
  }

  @Override
  public void resumeOrigin() {
    if (origin != null) {
      origin.resume();
    }
  }

  @Override
  public void dropOrigin() {
    if (origin != null) {
      origin.close();
      origin = null;
    }
  }

  @Override
  public void refuse(Refusal refusal) {
    letGo();
    if (custody.refused(refusal)) {
      download.end(Fields.NONE);
      download.flush();
      client.finished(download.afterwards());
      return;
    }
    download.discard();
    if (switched.refused(refusal) || client.isTunnel()) {
      return;
    }
    if (download.begun()) {
      client.breakOff(download.endsByClose() ? BreakOff.RESET : BreakOff.CLOSE);
      return;
    }
    Afterwards then = Afterwards.of(head.keepAlive() && upload.nothingLeftToRead());
    ByteBufAllocator allocator = client.channel().alloc();
    client.answer(
        custody
            .instead()
            .map(page -> Answer.refusal(refusal, page, head.method(), then, allocator))
            .orElseGet(() -> Answer.refusal(refusal, head, then, allocator)),
        then);
  }

  @Override
  public boolean responseBegun() {
    return client.isTunnel() || download.begun();
  }

  @Override
  public void abandon() {
    letGo();
    switched.abandon();
    download.discard();
    client.breakOff(BreakOff.CLOSE);
  }

  @Override
  public long bytesUp() {
    return switched.open() ? switched.bytesUp() : upload.bytes();
  }

  @Override
  public long bytesDown() {
    return switched.open() ? switched.bytesDown() : download.bytes();
  }

  @Override
  public Optional<Verdict> untold() {
    return switched.untold();
  }

  @Override
  public long nowMicros() {
    return WallClock.micros();
  }

  // What the client connection tells.

  @Override
  public void pump() {
    switched.conversation().ifPresent(Conversation::clientSent);
    if (life == Life.OVER || !upload.open()) {
      return;
    }
    if (custody.hold()) {
      return;
    }
    switch (upload.pump(client.held())) {
      case Upload.Pumped.Nothing _, Upload.Pumped.Behind _ -> {}
      case Upload.Pumped.Unfetched(HeldReader from) ->
          from.fetch(lane.loop(), () -> client.guarded(this::moveUp));
      case Upload.Pumped.Some _ ->
          client.within(
              upload.over() ? lane.limits().responseTimeout() : lane.limits().bodyTimeout());
      case Upload.Pumped.Broken(Failure failure) -> exchange.failed(failure);
    }
  }

  @Override
  public void flushUp() {
    // Also when the upload is over: its last piece was written by the pump just before.
    if (origin != null) {
      upload.flush();
    }
  }

  @Override
  public void clientWritable() {
    switched.conversation().ifPresent(Conversation::clientTakes);
    if (!custody.clientWritable()) {
      resumeOrigin();
    }
  }

  @Override
  public void clientLeft() {
    switched.conversation().ifPresentOrElse(Conversation::clientLeft, exchange::clientLeft);
  }

  @Override
  public void expired() {
    if (switched.conversation().isPresent()) {
      switched.conversation().get().expired();
      return;
    }
    if (custody.expired()) {
      return;
    }
    exchange.failed(Broken.outOfTime(exchange.phase(), this::uploadExpired, this::downloadExpired));
  }

  private Failure downloadExpired() {
    return origin != null && client.channel().isWritable()
        ? Broken.RESPONSE_STOPPED
        : Broken.CLIENT_STOPPED_TAKING;
  }

  private Failure uploadExpired() {
    if (upload.over()) {
      return Broken.NO_ANSWER;
    }
    return connected().writable() ? Broken.REQUEST_STOPPED : Broken.ORIGIN_STOPPED_TAKING;
  }

  @Override
  public void drained() {
    switched
        .conversation()
        .ifPresentOrElse(Conversation::drained, () -> exchange.failed(Broken.SHUT_DOWN));
  }

  @Override
  public void defect(Throwable cause) {
    exchange.failed(Broken.defect(cause));
  }

  @Override
  public void defective(Throwable cause) {
    client.defective(cause);
  }

  @Override
  public void endTunnel() {
    switched.endTunnel();
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
    exchange.responded(
        response.status(), MediaType.of(response.fields()), response.contentLength());
  }

  @Override
  public void data(ByteBuf piece) {
    if (custody.data(piece)) {
      return;
    }
    download.data(piece);
    client.within(lane.limits().bodyTimeout());
    holdBackOrigin();
  }

  private void holdBackOrigin() {
    if (!client.channel().isWritable()) {
      pauseOrigin();
    }
  }

  @Override
  public void readComplete() {
    download.flush();
  }

  @Override
  public void writable() {
    moveUp();
  }

  @Override
  public void end(Fields trailers, OriginConnection.Reuse reuse) {
    OriginConnection last = connected();
    origin = null;
    keepOrClose(last, reuse);
    if (!custody.end(trailers)) {
      over(trailers);
    }
  }

  /** The response is over, and everything of it may go. */
  @Override
  public void over(Fields trailers) {
    download.end(trailers);
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
    custody.letGo();
    exchange.delivered();
    client.finished(download.afterwards());
  }

  private void keepOrClose(OriginConnection last, OriginConnection.Reuse reuse) {
    if (reuse == OriginConnection.Reuse.IMPOSSIBLE || !upload.over()) {
      last.close();
      return;
    }
    if (head.authenticatesConnection() || download.head().authenticatesConnection()) {
      last.bind();
    }
    if (access != null) {
      access.giveBack(last);
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
    if (stale) {
      upload.rewind();
    }
    exchange.failed(
        Broken.lost(kind, detail, received, stale ? Failure.Retry.SAFE : Failure.Retry.UNSAFE));
  }

  private void letGo() {
    life = Life.OVER;
    switched.over();
    if (access != null) {
      access.cancel();
    }
    dropOrigin();
    custody.letGo();
    upload.discard();
  }

  private OriginConnection connected() {
    if (origin == null) {
      throw new IllegalStateException("no connection to an origin in phase " + exchange.phase());
    }
    return origin;
  }
}
