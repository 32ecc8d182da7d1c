package dev.sekisho.scan.icap;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Node;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * One ICAP server of {@code scan.engines}.
 *
 * @param download the service for responses
 * @param upload the service for requests; the same unless configured
 * @param trust the authorities that are believed; the system's where there are none
 * @param connections at one time to each service
 */
public record IcapConfig(
    IcapUrl download, IcapUrl upload, List<X509Certificate> trust, int connections, Send send) {
  private static final int CONNECTIONS = 8;
  private static final int MOST_CONNECTIONS = 1000;
  private static final String FORM =
      "'icap://host:1344/service', or icaps:// for a server behind TLS";

  /**
   * What a server is told of who asks.
   *
   * @param client its address (X-Client-IP)
   * @param user its name (X-Authenticated-User)
   */
  public record Send(boolean client, boolean user) {
    static final Send NOTHING = new Send(false, false);
  }

  public IcapConfig {
    trust = List.copyOf(trust);
  }

  /**
   * The key {@code icap} of an item: a URL, or a section with more.
   *
   * @param folder of the file of the configuration
   */
  public static Optional<IcapConfig> read(Section item, Path folder) {
    Optional<Node> node = item.node("icap");
    if (node.isPresent() && node.get() instanceof Node.Mapping) {
      return item.section("icap").flatMap(section -> read(section, folder, item.problems()));
    }
    return url(item, "icap")
        .map(url -> new IcapConfig(url, url, List.of(), CONNECTIONS, Send.NOTHING));
  }

  private static Optional<IcapConfig> read(Section section, Path folder, Problems problems) {
    Optional<IcapUrl> download = url(section, "url");
    Optional<IcapUrl> upload = url(section, "upload");
    Mark mark = section.markOf("trust");
    List<X509Certificate> trust =
        section
            .text("trust")
            .map(file -> trust(folder.resolve(file), mark, problems))
            .orElse(List.of());
    int connections = section.integer("connections", CONNECTIONS, 1, MOST_CONNECTIONS);
    Send send = section.section("send").map(IcapConfig::send).orElse(Send.NOTHING);
    section.end();
    if (section.node("url").isEmpty()) {
      problems.error(section.mark(), section.name() + " needs a url: " + FORM + ".");
    }
    boolean secured =
        Stream.concat(download.stream(), upload.stream())
            .anyMatch(url -> url.scheme() == IcapUrl.Scheme.ICAPS);
    if (!trust.isEmpty() && !secured) {
      problems.error(mark, section.name() + ".trust is for a server behind TLS: write icaps://.");
    }
    return download.map(url -> new IcapConfig(url, upload.orElse(url), trust, connections, send));
  }

  private static Optional<IcapUrl> url(Section section, String key) {
    return section.value(
        key, (text, mark) -> IcapUrl.parse(text).or(() -> section.wrong(mark, key, text, FORM)));
  }

  private static Send send(Section section) {
    Send send = new Send(section.flag("client", false), section.flag("user", false));
    section.end();
    return send;
  }

  private static List<X509Certificate> trust(Path file, Mark mark, Problems problems) {
    try {
      return IcapTls.read(file);
    } catch (IOException e) {
      problems.error(mark, file + " cannot be read: " + e.getMessage() + ".");
      return List.of();
    }
  }

  /** How the service is asked, where it is behind TLS. */
  Optional<SSLContext> tls(IcapUrl url) {
    return switch (url.scheme()) {
      case ICAP -> Optional.empty();
      case ICAPS -> Optional.of(IcapTls.trusting(trust));
    };
  }

  /** One service, or both, as they are written. */
  @Override
  public String toString() {
    return upload.equals(download) ? download.toString() : download + " and " + upload;
  }
}
