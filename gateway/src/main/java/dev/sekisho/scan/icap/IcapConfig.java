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
 */
public record IcapConfig(
    IcapUrl download,
    IcapUrl upload,
    List<X509Certificate> trust,
    Connections connections,
    Send send,
    Verdicts verdicts) {
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

  /** Whether an answer holds for the same body at another time. */
  public enum Verdicts {
    /** It may rest on the URL, on heads, or on who asks. */
    PASSING,
    /** It rests on the body and the service's tag alone. */
    LASTING
  }

  /** What becomes of a connection whose answer was read to its end. */
  public enum Reuse {
    /** It is closed: then no answer can be taken for that to another body. */
    NEVER,
    /**
     * It is kept, and before the next body the service has to answer OPTIONS on it, and nothing
     * else: a second answer to the body before would come first.
     */
    FENCED
  }

  /**
   * @param most at one time to each service
   */
  public record Connections(int most, Reuse reuse) {
    static final Connections DEFAULT = new Connections(8, Reuse.NEVER);
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
        .map(url ->
            new IcapConfig(
                url, url, List.of(), Connections.DEFAULT, Send.NOTHING, Verdicts.PASSING));
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
    Connections connections =
        new Connections(
            section.integer("connections", Connections.DEFAULT.most, 1, MOST_CONNECTIONS),
            section.choice("reuse", Reuse.class, Connections.DEFAULT.reuse));
    Send send = section.section("send").map(IcapConfig::send).orElse(Send.NOTHING);
    boolean cache = section.flag("cache", false);
    Mark cacheMark = section.markOf("cache");
    section.end();
    if (cache && !send.equals(Send.NOTHING)) {
      problems.error(
          cacheMark,
          section.name()
              + ".cache and .send exclude each other: a verdict that may rest on who asks is for"
              + " that one alone.");
    }
    if (section.node("url").isEmpty()) {
      problems.error(section.mark(), section.name() + " needs a url: " + FORM + ".");
    }
    boolean secured =
        Stream.concat(download.stream(), upload.stream())
            .anyMatch(url -> url.scheme() == IcapUrl.Scheme.ICAPS);
    if (!trust.isEmpty() && !secured) {
      problems.error(mark, section.name() + ".trust is for a server behind TLS: write icaps://.");
    }
    Verdicts verdicts = cache ? Verdicts.LASTING : Verdicts.PASSING;
    return download.map(
        url -> new IcapConfig(url, upload.orElse(url), trust, connections, send, verdicts));
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
