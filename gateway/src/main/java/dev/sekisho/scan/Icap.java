package dev.sekisho.scan;

import dev.sekisho.scan.icap.IcapConfig;
import java.util.List;

/** A server that speaks ICAP: its service for downloads and its service for uploads. */
final class Icap implements Engine {
  /** What a server wants to be delivered instead is kept in memory. */
  private static final long LARGEST_REPLACEMENT = 8L << 20;

  private final IcapConfig config;
  private final IcapNode download;
  private final IcapNode upload;

  private Icap(IcapConfig config, IcapNode download, IcapNode upload) {
    this.config = config;
    this.download = download;
    this.upload = upload;
  }

  /**
   * Begins to look after it in the background.
   *
   * @param limit {@code scan.limit}: no longer may what it answers with be, nor than 8 MiB
   */
  static Icap start(IcapConfig config, long limit) {
    long most = Math.min(limit, LARGEST_REPLACEMENT);
    IcapNode download = IcapNode.start(config.download(), config, Scanner.Direction.DOWN, most);
    IcapNode upload =
        config.upload().equals(config.download())
            ? download
            : IcapNode.start(config.upload(), config, Scanner.Direction.UP, most);
    return new Icap(config, download, upload);
  }

  @Override
  public String name() {
    return config.download().toString();
  }

  @Override
  public Finding scan(Body body, Body.View view, long deadline) throws InterruptedException {
    return node(body.subject().direction()).scan(body, view, deadline);
  }

  private IcapNode node(Scanner.Direction direction) {
    return switch (direction) {
      case UP -> upload;
      case DOWN -> download;
    };
  }

  private List<IcapNode> nodes() {
    return upload == download ? List.of(download) : List.of(download, upload);
  }

  @Override
  public List<EngineStatus> status() {
    return nodes().stream().map(IcapNode::status).toList();
  }

  /**
   * What a server finds may depend on the URL, the heads and on who asks, which remembered verdicts
   * do not: only whoever configures it can know that it does not.
   */
  @Override
  public String version(Scanner.Direction direction) {
    return switch (config.verdicts()) {
      case PASSING -> "";
      case LASTING -> node(direction).version(direction).orElse("");
    };
  }

  @Override
  public void close() {
    nodes().forEach(IcapNode::close);
  }
}
