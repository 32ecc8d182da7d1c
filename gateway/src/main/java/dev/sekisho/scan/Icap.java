package dev.sekisho.scan;

import dev.sekisho.scan.EngineStatus.Signed;
import dev.sekisho.scan.EngineStatus.State;
import dev.sekisho.scan.icap.IcapAnswer;
import dev.sekisho.scan.icap.IcapConfig;
import dev.sekisho.scan.icap.IcapMessage;
import dev.sekisho.scan.icap.IcapService;
import java.util.List;

/** A server that speaks ICAP: its service for downloads and its service for uploads. */
final class Icap implements Engine {
  /** What a server wants to be delivered instead is kept in memory. */
  private static final long LARGEST_REPLACEMENT = 8L << 20;

  private final IcapConfig config;
  private final long limit;
  private final IcapService download;
  private final IcapService upload;

  private Icap(IcapConfig config, long limit, IcapService download, IcapService upload) {
    this.config = config;
    this.limit = limit;
    this.download = download;
    this.upload = upload;
  }

  /**
   * Begins to look after it in the background.
   *
   * @param limit {@code scan.limit}: no longer may what it answers with be, nor than 8 MiB
   */
  static Icap start(IcapConfig config, long limit) {
    IcapService download = IcapService.start(config.download(), config);
    IcapService upload =
        config.upload().equals(config.download())
            ? download
            : IcapService.start(config.upload(), config);
    return new Icap(config, Math.min(limit, LARGEST_REPLACEMENT), download, upload);
  }

  @Override
  public String name() {
    return config.download().toString();
  }

  @Override
  public Finding scan(Body body, Body.View view, long deadline) throws InterruptedException {
    IcapService service =
        switch (body.subject().direction()) {
          case UP -> upload;
          case DOWN -> download;
        };
    if (deadline - System.nanoTime() <= 0) {
      return Finding.unable(
          Verdict.Reason.TIMEOUT, service.url() + " was not asked: no time was left.");
    }
    var content = new ViewedContent(body, view);
    IcapMessage message = IcapHeads.message(body.subject(), view, content, config.send());
    IcapAnswer answer = service.ask(message, limit, deadline);
    return new IcapFinding(service.url().toString(), message, content, limit).of(answer);
  }

  private List<IcapService> services() {
    return upload == download ? List.of(download) : List.of(download, upload);
  }

  @Override
  public List<EngineStatus> status() {
    return services().stream().map(Icap::status).toList();
  }

  private static EngineStatus status(IcapService service) {
    IcapService.Status now = service.status();
    State state =
        switch (now.state()) {
          case UNKNOWN -> State.UNKNOWN;
          case UP -> State.UP;
          case DOWN -> State.DOWN;
        };
    String tag = Printable.text(service.tag(), 100);
    return new EngineStatus(
        "ICAP service " + service.url(),
        state,
        now.since(),
        Printable.text(now.detail(), 300),
        tag.isEmpty() ? null : new Signed(tag, null));
  }

  /**
   * What a server finds may depend on the URL and on who asks, which remembered verdicts do not.
   */
  @Override
  public String version() {
    return "";
  }

  @Override
  public void close() {
    services().forEach(IcapService::close);
  }
}
