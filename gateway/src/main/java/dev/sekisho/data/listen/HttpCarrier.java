package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Asked;
import dev.sekisho.data.exchange.Errand;
import dev.sekisho.data.exchange.Exchange;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Refusal;
import dev.sekisho.data.exchange.RequestCarrier;
import dev.sekisho.data.exchange.Scanned;
import dev.sekisho.data.http1.Fields;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.RequestWriter;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.data.origin.OriginConnection;
import dev.sekisho.data.origin.OriginTls;
import dev.sekisho.journal.Record;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import dev.sekisho.policy.Obligations;
import dev.sekisho.scan.HeldReader;
import dev.sekisho.scan.Replacement;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
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
    implements RequestCarrier,
        Carried,
        Access.Told,
        OriginConnection.User,
        HeldDownload.Told,
        Pour.Told {
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
  private final Junction junction;
  private @Nullable Access access;
  private final ScanSubjects subjects;
  private final Upload upload;
  private final Download download;

  private Life life = Life.LIVING;
  private @Nullable OriginConnection origin;
  private @Nullable Holding holding;
  private @Nullable HeldDownload held;
  private @Nullable PartRequest part;
  private KeptBodies.@Nullable Kept kept;
  private @Nullable Verdict verdict;
  private @Nullable Pour pour;
  private Optional<Replacement> instead = Optional.empty();

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
    this.subjects = new ScanSubjects(asked, head, client.clientAddress());
    this.upload = new Upload(head);
    this.download = new Download(client.channel(), head, lane.voice().responses());
    this.outreach = new Outreach(client, lane);
    this.junction = new Junction(client, lane);
    this.exchange =
        new Exchange(new Errand.Request(asked, this), client.asker(head), record, lane.gate());
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
    Scanner.Subject subject = subjects.upload(exchange.user());
    switch (Scannable.of(head, subject, lane.means().scanner())) {
      case Scannable.Nothing _ -> exchange.scanned(Scanned.NOTHING);
      case Scannable.Never(Verdict.Unscanned verdict) ->
          exchange.scanned(new Scanned.Judged(verdict));
      case Scannable.Body _ -> {
        upload.beginHolding();
        holding =
            new Holding(lane, subject, verdict -> client.guarded(() -> uploadScanned(verdict)));
        client.within(lane.means().scanner().patience());
        if (head.expectsContinue()) {
          download.continueSending();
        }
        pump();
        client.taken();
      }
    }
  }

  private void uploadScanned(Verdict verdict) {
    Holding over = holding;
    if (over != null) {
      HeldReader reader = over.reader(0);
      reader.until(over.length());
      upload.held(reader);
      over.letGo();
      holding = null;
    }
    scanned(verdict);
  }

  @Override
  public void scanDownload() {
    if (kept != null) {
      exchange.scanned(new Scanned.Judged(kept.verdict()));
      return;
    }
    ResponseHead response = download.head();
    Scanner.Subject subject = subjects.download(response, exchange.user());
    switch (Scannable.of(response, subject, lane.means().scanner())) {
      case Scannable.Nothing _ -> exchange.scanned(Scanned.NOTHING);
      case Scannable.Never(Verdict.Unscanned verdict) ->
          exchange.scanned(new Scanned.Judged(verdict));
      case Scannable.Body _ -> {
        held =
            new HeldDownload(client, lane, download, subject, sent(response, subject.size()), this);
        connected().startBody(response);
      }
    }
  }

  /** What of it the client wants, as far as that is known. */
  private HeldDownload.Sent sent(ResponseHead response, long size) {
    if (part == null) {
      return HeldDownload.Sent.ALL;
    }
    if (size < 0) {
      return HeldDownload.Sent.AT_THE_END;
    }
    return WantedPart.of(head, response, size) instanceof WantedPart.Bytes bytes
        ? new HeldDownload.Sent(bytes.first(), bytes.last() + 1)
        : HeldDownload.Sent.ALL;
  }

  @Override
  public void scanned(Verdict verdict) {
    if (part != null && held != null) {
      part.fetched(download.head(), held.body(), verdict);
    }
    this.verdict = verdict;
    instead =
        switch (verdict) {
          case Verdict.Clean clean -> clean.instead();
          case Verdict.Infected infected -> infected.page();
          case Verdict.Unscanned _ -> Optional.empty();
        };
    exchange.scanned(new Scanned.Judged(verdict));
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
  public void forward(Obligations.Scan scan) {
    part =
        switch (scan) {
          case ALL -> PartRequest.of(head, asked, exchange.user(), lane);
          case NONE -> null;
        };
    if (part == null) {
      send(answerWanted(scan));
    } else {
      client.never();
      part.begin(
          () -> client.guarded(() -> send(answerWanted(scan))),
          there -> client.guarded(() -> serve(there)));
    }
  }

  private RequestWriter.Answer answerWanted(Obligations.Scan scan) {
    return switch (scan) {
      case NONE -> RequestWriter.Answer.ANY;
      case ALL ->
          switch (lane.means().scanner().ranges()) {
            case WHOLE -> RequestWriter.Answer.READABLE;
            case PART -> RequestWriter.Answer.READABLE_PART;
          };
    };
  }

  private void send(RequestWriter.Answer wanted) {
    if (life == Life.OVER) {
      return;
    }
    OriginConnection to = connected();
    to.use(this, head.method());
    upload.begin(to, lane.voice().requests(), wanted);
    client.within(lane.limits().responseTimeout());
    pump();
    to.flush();
    // The client was stopped when it was ahead of us while we dialled; nothing else would let it go
    // on.
    client.taken();
  }

  /** Answers with a part of what was fetched before. */
  private void serve(KeptBodies.Kept there) {
    if (life == Life.OVER) {
      there.body().release();
      return;
    }
    OriginConnection unused = connected();
    origin = null;
    if (access != null) {
      access.giveBack(unused);
    }
    upload.skip();
    kept = there;
    download.take(there.head());
    exchange.responded(
        there.head().status(), MediaType.of(there.head().fields()), there.head().contentLength());
  }

  @Override
  public void deliver() {
    ResponseHead response = download.head();
    if (response.status() == 101) {
      switchProtocols();
      return;
    }
    client.within(lane.limits().bodyTimeout());
    HeldDownload body = held;
    if (kept != null) {
      deliverKept(kept);
    } else if (body == null) {
      download.begin(afterwards());
      connected().startBody(response);
    } else if (instead.isPresent()) {
      replace(instead.get());
    } else {
      deliverHeld(body);
    }
  }

  private void deliverHeld(HeldDownload body) {
    if (part == null || download.open() && body.whole()) {
      beginResponse();
      body.deliver();
    } else if (body.whole()) {
      kept = new KeptBodies.Kept(download.head(), body.body().retain(), judged());
      releaseHeld();
      deliverKept(kept);
    } else if (download.open()) {
      exchange.failed(Broken.PART_NOT_WHOLE);
    } else {
      // What was not scanned to its end goes on from the origin, which has been asked for all.
      download.begin(afterwards());
      body.deliver();
    }
  }

  private Verdict judged() {
    if (verdict == null) {
      throw new IllegalStateException("no verdict in phase " + exchange.phase());
    }
    return verdict;
  }

  private void deliverKept(KeptBodies.Kept there) {
    long total = there.body().length();
    WantedPart wanted = WantedPart.of(head, there.head(), total);
    begin(wanted);
    long from = wanted instanceof WantedPart.Bytes bytes ? bytes.first() : 0;
    long end =
        switch (wanted) {
          case WantedPart.Whole _ -> total;
          case WantedPart.Bytes bytes -> bytes.last() + 1;
          case WantedPart.Beyond _ -> 0;
        };
    pour = new Pour(client, lane, download, there.body().reader(from, end), this);
    pour.all(end);
  }

  @Override
  public void poured() {
    over(Fields.NONE);
  }

  private void beginResponse() {
    if (!download.open()) {
      begin(
          part == null
              ? new WantedPart.Whole()
              : WantedPart.of(head, download.head(), download.head().contentLength()));
    }
  }

  private void begin(WantedPart wanted) {
    switch (wanted) {
      case WantedPart.Whole _ -> download.begin(afterwards());
      case WantedPart.Bytes bytes -> {
        exchange.answeredWith(206);
        download.begin(bytes, afterwards());
      }
      case WantedPart.Beyond beyond -> {
        exchange.answeredWith(416);
        download.begin(beyond, afterwards());
      }
    }
  }

  private Afterwards afterwards() {
    return Afterwards.of(upload.over() && !client.draining());
  }

  private void replace(Replacement by) {
    if (download.open()) {
      exchange.failed(Broken.REPLACED_TOO_LATE);
      return;
    }
    releaseHeld();
    download.replace(by, afterwards());
    over(Fields.NONE);
  }

  // What a download that is held tells.

  @Override
  public void beginTrickle() {
    beginResponse();
    download.flush();
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
  public void through() {
    held = null;
    resumeWhenTaken();
  }

  @Override
  public void unreadable(IOException cause) {
    exchange.failed(Broken.unspooled(cause));
  }

  /** After 101 both sides speak another protocol: from here it is a tunnel. */
  private void switchProtocols() {
    OriginConnection.Detached far = connected().detach();
    origin = null;
    client.within(lane.limits().bodyTimeout());
    client
        .channel()
        .writeAndFlush(download.switching())
        .addListener(written -> client.guarded(() -> join(written.isSuccess(), far)));
  }

  private void join(boolean written, OriginConnection.Detached far) {
    if (life == Life.OVER || !written) {
      far.early().release();
      far.channel().close();
      exchange.clientLeft();
      return;
    }
    junction.join(client.detach(), far, exchange);
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
    Afterwards then = Afterwards.of(head.keepAlive() && upload.nothingLeftToRead());
    ByteBufAllocator allocator = client.channel().alloc();
    client.answer(
        instead
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
    download.discard();
    client.breakOff(BreakOff.CLOSE);
  }

  @Override
  public long bytesUp() {
    return junction.joined() ? junction.bytesUp() : upload.bytes();
  }

  @Override
  public long bytesDown() {
    return junction.joined() ? junction.bytesDown() : download.bytes();
  }

  @Override
  public long nowMicros() {
    return WallClock.micros();
  }

  // What the client connection tells.

  @Override
  public void pump() {
    if (life == Life.OVER || !upload.open()) {
      return;
    }
    if (holding != null && upload.holding()) {
      hold(holding);
      return;
    }
    switch (upload.pump(client.held())) {
      case Upload.Pumped.Nothing _, Upload.Pumped.Behind _ -> {}
      case Upload.Pumped.Unfetched(HeldReader from) ->
          from.fetch(lane.loop(), () -> client.guarded(this::writable));
      case Upload.Pumped.Some _ ->
          client.within(
              upload.over() ? lane.limits().responseTimeout() : lane.limits().bodyTimeout());
      case Upload.Pumped.Broken(Failure failure) -> exchange.failed(failure);
    }
  }

  private void hold(Holding body) {
    switch (upload.hold(client.held(), body)) {
      case Upload.Pumped.Broken(Failure failure) -> exchange.failed(failure);
      case Upload.Pumped.Behind _ -> body.whenCaughtUp(() -> client.guarded(this::writable));
      case Upload.Pumped.Nothing _, Upload.Pumped.Some _, Upload.Pumped.Unfetched _ -> {
        if (!body.filling() && body.undecided()) {
          client.never();
        }
      }
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
    if (pour != null) {
      pour.go();
    } else if (held == null) {
      resumeWhenTaken();
    } else if (held.handingOver()) {
      held.handOver();
    }
  }

  private void resumeWhenTaken() {
    if (client.channel().isWritable()) {
      resumeOrigin();
    }
  }

  @Override
  public void clientLeft() {
    exchange.clientLeft();
  }

  @Override
  public void expired() {
    if (holding != null && holding.filling()) {
      holding.outOfPatience();
      return;
    }
    if (held != null && held.expired()) {
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
    exchange.failed(Broken.SHUT_DOWN);
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
    junction.end();
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
    if (held != null) {
      held.data(piece);
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
    pump();
    flushUp();
    client.taken();
  }

  @Override
  public void end(Fields trailers, OriginConnection.Reuse reuse) {
    OriginConnection last = connected();
    origin = null;
    keepOrClose(last, reuse);
    if (held == null) {
      over(trailers);
    } else {
      held.end(trailers);
    }
  }

  /** The response is over, and everything of it may go. */
  @Override
  public void over(Fields trailers) {
    held = null;
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
    releaseKept();
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
    if (access != null) {
      access.cancel();
    }
    if (origin != null) {
      origin.close();
      origin = null;
    }
    if (holding != null) {
      holding.letGo();
      holding = null;
    }
    releaseHeld();
    upload.discard();
    releaseKept();
  }

  private void releaseKept() {
    if (part != null) {
      part.over();
    }
    if (pour != null) {
      pour.close();
      pour = null;
    }
    if (kept != null) {
      kept.body().release();
      kept = null;
    }
  }

  private void releaseHeld() {
    if (held != null) {
      held.letGo();
      held = null;
    }
  }

  private OriginConnection connected() {
    if (origin == null) {
      throw new IllegalStateException("no connection to an origin in phase " + exchange.phase());
    }
    return origin;
  }
}
