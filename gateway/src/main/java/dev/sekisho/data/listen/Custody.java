package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Exchange;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Refusal;
import dev.sekisho.data.exchange.Scanned;
import dev.sekisho.data.http1.Fields;
import dev.sekisho.data.http1.RequestWriter;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.policy.Obligations;
import dev.sekisho.scan.HeldReader;
import dev.sekisho.scan.Replacement;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What of one exchange's two bodies is held for the scanner, and how it goes on from there: the
 * upload to its origin, the download to its client, whole, in a trickle, in part, or behind a page.
 */
final class Custody implements HeldDownload.Told, Pour.Told {
  private final ClientConnection client;
  private final Lane lane;
  private final ScanSubjects subjects;
  private final Upload upload;
  private final Download download;
  private final Exchange exchange;
  private final Carrier carrier;

  private @Nullable Holding holding;
  private @Nullable HeldDownload held;
  private @Nullable PartRequest part;
  private KeptBodies.@Nullable Kept kept;
  private @Nullable Pour pour;
  private @Nullable ProgressPage page;
  private @Nullable Verdict verdict;
  private Optional<Replacement> instead = Optional.empty();

  /** The exchange's carrier, which has the connections. */
  interface Carrier {
    /** Has the response's body come. */
    void startBody(ResponseHead response);

    /** More of the upload may move. */
    void moveUp();

    void pauseOrigin();

    void resumeOrigin();

    /** What it would still send is of no use. */
    void dropOrigin();

    /** The client has the response up to here; its end is written when the trailers are known. */
    void over(Fields trailers);
  }

  Custody(
      ClientConnection client,
      Lane lane,
      ScanSubjects subjects,
      Bodies bodies,
      Exchange exchange,
      Carrier carrier) {
    this.client = client;
    this.lane = lane;
    this.subjects = subjects;
    this.upload = bodies.upload();
    this.download = bodies.download();
    this.exchange = exchange;
    this.carrier = carrier;
  }

  /** Both directions of one exchange. */
  record Bodies(Upload upload, Download download) {}

  private Scanner scanner() {
    return lane.means().scanner();
  }

  // The upload.

  void scanUpload() {
    Scanner.Subject subject = subjects.upload(exchange.user());
    switch (Scannable.of(subjects.head(), subject, scanner())) {
      case Scannable.Nothing _ -> exchange.scanned(Scanned.NOTHING);
      case Scannable.Never(Verdict.Unscanned never) -> exchange.scanned(new Scanned.Judged(never));
      case Scannable.Body _ -> {
        upload.beginHolding();
        holding = new Holding(lane, subject, judged -> client.guarded(() -> uploadScanned(judged)));
        client.within(scanner().patience());
        if (subjects.head().expectsContinue()) {
          download.continueSending();
        }
        carrier.moveUp();
      }
    }
  }

  private void uploadScanned(Verdict judged) {
    Holding over = holding;
    if (over != null) {
      HeldReader reader = over.reader(0);
      reader.until(over.length());
      reader.hurry(lane.loop());
      upload.held(reader);
      over.letGo();
      holding = null;
    }
    scanned(judged);
  }

  /** Takes what has come of an upload that is held; whether there is one. */
  boolean hold() {
    Holding body = holding;
    if (body == null || !upload.holding()) {
      return false;
    }
    switch (upload.hold(client.held(), body)) {
      case Upload.Pumped.Broken(Failure failure) -> exchange.failed(failure);
      case Upload.Pumped.Behind _ -> body.whenCaughtUp(() -> client.guarded(carrier::moveUp));
      case Upload.Pumped.Nothing _, Upload.Pumped.Some _, Upload.Pumped.Unfetched _ -> {
        if (!body.filling() && body.undecided()) {
          client.never();
        }
      }
    }
    return true;
  }

  // The request.

  /** Answers a request with what is kept, if anything is; else it goes on to the origin. */
  void recall() {
    if (upload.hasBody()) {
      exchange.nothingKept();
      return;
    }
    Optional<KeptBodies.Kept> paged = ProgressPage.pickedUp(subjects, exchange.user(), lane);
    part = PartRequest.of(subjects.head(), subjects.asked(), exchange.user(), lane);
    if (paged.isPresent()) {
      serve(paged.get());
    } else if (part == null || isAuthenticated()) {
      exchange.nothingKept();
    } else {
      client.within(scanner().patience());
      part.begin(
          () -> client.guarded(exchange::nothingKept), there -> client.guarded(() -> serve(there)));
    }
  }

  /** The origin knows who asks by the connection, which no field of the request tells. */
  private boolean isAuthenticated() {
    return client.bound().has(Access.key(subjects.asked().way(), exchange.user(), lane));
  }

  /** In which form the answer is asked for. */
  RequestWriter.Answer wanted(Obligations.Scan scan) {
    return switch (scan) {
      case NONE -> RequestWriter.Answer.ANY;
      case ALL ->
          switch (scanner().ranges()) {
            case WHOLE -> RequestWriter.Answer.READABLE;
            case PART -> RequestWriter.Answer.READABLE_PART;
          };
    };
  }

  private void serve(KeptBodies.Kept there) {
    if (exchange.over()) {
      there.body().release();
      return;
    }
    upload.skip();
    kept = there;
    ResponseHead response = there.head();
    download.take(response);
    exchange.responded(
        response.status(), MediaType.of(response.fields()), response.contentLength());
  }

  // The download.

  void scanDownload(Optional<Obligations.Deliver> deliver) {
    if (kept != null) {
      exchange.scanned(new Scanned.Judged(kept.verdict()));
      return;
    }
    ResponseHead response = download.head();
    Scanner.Subject subject = subjects.download(response, exchange.user());
    switch (Scannable.of(response, subject, scanner())) {
      case Scannable.Nothing _ -> notHeld(Scanned.NOTHING);
      case Scannable.Never(Verdict.Unscanned never) -> notHeld(new Scanned.Judged(never));
      case Scannable.Body _ -> {
        held =
            new HeldDownload(
                client,
                lane,
                download,
                new HeldDownload.Wanted(subject, sent(response, subject.size()), deliver),
                this);
        carrier.startBody(response);
        // A client that was behind with interim responses holds nothing back any more.
        carrier.resumeOrigin();
      }
    }
  }

  /** Nothing of the answer is held. */
  void notHeld(Scanned scanned) {
    if (part != null) {
      part.notHeld();
    }
    exchange.scanned(scanned);
  }

  /** What of it the client wants, as far as that is known. */
  private HeldDownload.Sent sent(ResponseHead response, long size) {
    return part == null
        ? HeldDownload.Sent.ALL
        : HeldDownload.Sent.of(subjects.head(), response, size);
  }

  @Override
  public void scanned(Verdict judged) {
    if (part != null && held != null) {
      part.fetched(download.head(), held.body(), judged);
    }
    verdict = judged;
    instead =
        switch (judged) {
          case Verdict.Clean clean -> clean.instead();
          case Verdict.Infected infected -> infected.page();
          case Verdict.Unscanned _ -> Optional.empty();
        };
    exchange.scanned(new Scanned.Judged(judged));
  }

  /** What an engine wants the client to be told. */
  Optional<Replacement> instead() {
    return instead;
  }

  /** A piece of the response; whether it was taken. */
  boolean data(ByteBuf piece) {
    if (held == null) {
      return false;
    }
    held.data(piece);
    return true;
  }

  /** The end of the response; whether it is awaited here. */
  boolean end(Fields trailers) {
    if (held == null) {
      return false;
    }
    held.end(trailers);
    return true;
  }

  /** Hands over what is held; whether there is anything. */
  boolean deliver() {
    HeldDownload body = held;
    if (kept != null) {
      deliverKept(kept);
    } else if (body == null) {
      return false;
    } else if (instead.isPresent()) {
      replace(instead.get());
    } else if (page != null) {
      deliverPaged(body, page);
    } else {
      deliverHeld(body);
    }
    return true;
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
      body.deliverAll();
    }
  }

  private void deliverPaged(HeldDownload body, ProgressPage to) {
    if (body.whole()) {
      to.ready(new KeptBodies.Kept(download.head(), body.body(), judged()));
    } else {
      to.again(judged());
    }
    page = null;
    releaseHeld();
    carrier.dropOrigin();
    carrier.over(Fields.NONE);
  }

  private Verdict judged() {
    if (verdict == null) {
      throw new IllegalStateException("no verdict in phase " + exchange.phase());
    }
    return verdict;
  }

  private void deliverKept(KeptBodies.Kept there) {
    long total = there.body().length();
    WantedPart wanted = WantedPart.of(subjects.head(), there.head(), total);
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
    carrier.over(Fields.NONE);
  }

  private void beginResponse() {
    if (!download.open()) {
      begin(
          part == null
              ? new WantedPart.Whole()
              : WantedPart.of(subjects.head(), download.head(), download.head().contentLength()));
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
    carrier.over(Fields.NONE);
  }

  // What a download that is held tells.

  @Override
  public HeldDownload.Shown show() {
    if (part == null
        && ProgressPage.suits(subjects.head(), download.head(), held().delivery())
        && !ProgressPage.isComingAgain(subjects, exchange.user(), lane)) {
      page = new ProgressPage(subjects, exchange, download, lane);
      page.begin(afterwards());
      return HeldDownload.Shown.PAGE;
    }
    beginResponse();
    download.flush();
    return HeldDownload.Shown.TRICKLE;
  }

  private HeldDownload held() {
    if (held == null) {
      throw new IllegalStateException("nothing is held in phase " + exchange.phase());
    }
    return held;
  }

  @Override
  public void progress(long came) {
    if (page != null) {
      page.progress(came);
    }
  }

  @Override
  public void pauseOrigin() {
    carrier.pauseOrigin();
  }

  @Override
  public void resumeOrigin() {
    carrier.resumeOrigin();
  }

  @Override
  public void through() {
    held = null;
    if (client.channel().isWritable()) {
      carrier.resumeOrigin();
    }
  }

  @Override
  public void over(Fields trailers) {
    held = null;
    carrier.over(trailers);
  }

  @Override
  public void unreadable(IOException cause) {
    exchange.failed(Broken.unspooled(cause));
  }

  /** The client takes more; whether that is for what is held. */
  boolean clientWritable() {
    if (pour != null) {
      pour.go();
      return true;
    }
    if (held != null) {
      held.handOver();
      return true;
    }
    return false;
  }

  /** A time limit is over; whether it was that of what is being held. */
  boolean expired() {
    if (holding != null && holding.filling()) {
      holding.outOfPatience();
      return true;
    }
    if (part != null && part.outOfPatience()) {
      return true;
    }
    return held != null && held.expired();
  }

  /** Tells a refusal on the page that the client has, if it has one. */
  boolean refused(Refusal refusal) {
    if (page == null) {
      return false;
    }
    page.refused(refusal);
    return true;
  }

  /** The exchange is over, and lets everything go. */
  void letGo() {
    if (holding != null) {
      holding.letGo();
      holding = null;
    }
    releaseHeld();
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
}
