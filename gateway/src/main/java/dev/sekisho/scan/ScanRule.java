package dev.sekisho.scan;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Section;
import dev.sekisho.net.Host;
import dev.sekisho.net.MalformedException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One line of {@code scan.rules}: a body that keeps all its conditions gets what it says. Of
 * several that match the first counts, and says everything; what it leaves out is as configured for
 * all.
 *
 * @param hosts empty for any
 * @param types media types in lower case, {@code video/*} among them; empty for any
 * @param largerThan bytes; a body that does not tell its length is not
 */
record ScanRule(
    String name,
    List<String> hosts,
    List<String> types,
    Optional<Long> largerThan,
    Optional<Scanner.Direction> direction,
    Treatment treatment)
    implements Predicate<Scanner.Subject> {

  /** {@code scan:} of a rule. */
  enum Scan {
    ALL,
    NONE
  }

  static ScanRule read(Section section, Delivery delivery, Fates fates) {
    String name = section.text("name", section.name());
    List<String> hosts = section.values("host", (text, mark) -> host(section, text, mark));
    List<String> types = section.values("content-type", (text, mark) -> type(section, text, mark));
    Optional<Long> largerThan =
        section.has("larger-than")
            ? Optional.of(section.bytes("larger-than", 0))
            : Optional.empty();
    Optional<Scanner.Direction> direction =
        section.has("direction")
            ? Optional.of(
                section.choice("direction", Scanner.Direction.class, Scanner.Direction.DOWN))
            : Optional.empty();
    Optional<String> excluded =
        section.choice("scan", Scan.class, Scan.ALL) == Scan.NONE
            ? Optional.of(name)
            : Optional.empty();
    Treatment treatment =
        new Treatment(
            excluded,
            section.node("deliver").isPresent()
                ? Optional.of(section.choice("deliver", Delivery.class, delivery))
                : Optional.empty(),
            delivery,
            section.section("unscanned").map(one -> Fates.read(one, fates)).orElse(fates));
    section.end();
    return new ScanRule(name, hosts, types, largerThan, direction, treatment);
  }

  private static Optional<String> host(Section section, String text, Mark mark) {
    boolean below = text.startsWith(".");
    try {
      String canonical = Host.parse(below ? text.substring(1) : text).text();
      return Optional.of(below ? "." + canonical : canonical);
    } catch (MalformedException e) {
      return section.wrong(
          mark, "host", text, "a name, '.name' for it and all below, or an address");
    }
  }

  private static Optional<String> type(Section section, String text, Mark mark) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.matches("[a-z0-9!#$&^_.+-]+/(\\*|[a-z0-9!#$&^_.+-]+)")
        ? Optional.of(lower)
        : section.wrong(
            mark, "content-type", text, "a media type such as 'video/mp4' or 'video/*'");
  }

  @Override
  public boolean test(Scanner.Subject subject) {
    return (hosts.isEmpty() || hosts.stream().anyMatch(one -> covers(one, subject.host().text())))
        && (types.isEmpty() || types.stream().anyMatch(one -> isOf(one, subject)))
        && largerThan.map(most -> subject.size() > most).orElse(true)
        && direction.map(subject.direction()::equals).orElse(true);
  }

  private static boolean covers(String pattern, String host) {
    return pattern.startsWith(".")
        ? host.endsWith(pattern) || host.equals(pattern.substring(1))
        : host.equals(pattern);
  }

  private static boolean isOf(String pattern, Scanner.Subject subject) {
    String type = subject.mediaType();
    if (type == null) {
      return false;
    }
    return pattern.endsWith("/*")
        ? type.startsWith(pattern.substring(0, pattern.length() - 1))
        : type.equals(pattern);
  }
}
