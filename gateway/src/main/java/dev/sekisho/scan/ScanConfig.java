package dev.sekisho.scan;

import dev.sekisho.config.Section;
import dev.sekisho.scan.EngineConfig.ClamdEngine;
import dev.sekisho.scan.EngineConfig.IcapEngine;
import dev.sekisho.scan.EngineConfig.SignatureEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * By what bodies are scanned, and what becomes of those that are not ({@code scan:}).
 *
 * @param engines never empty; several clamds stand in for each other, in this order
 * @param byDefault what a rule obliges that does not say {@code scan}
 * @param limit bytes of one body that are held and scanned
 * @param decoded how much a body may become when its codings are undone
 * @param spool where they are held
 * @param patience how long a held body may take to arrive
 * @param engineTimeout for one verdict, waiting for a free session included
 * @param unscanned what becomes of a body that was not scanned
 * @param cache which verdicts are remembered
 * @param quarantine where infected bodies are kept; empty where they are not
 * @param messages which messages of a WebSocket are scanned
 * @param rules the first that matches a body says what is done with it
 */
public record ScanConfig(
    List<EngineConfig> engines,
    Default byDefault,
    long limit,
    SpoolConfig spool,
    DecodedLimits decoded,
    Duration patience,
    Duration engineTimeout,
    Fates unscanned,
    CacheConfig cache,
    Optional<QuarantineConfig> quarantine,
    Delivery deliver,
    DeliveryConfig delivery,
    Ranges ranges,
    MessagesConfig messages,
    List<ScanRule> rules) {

  /** {@code scan.default}: what rules oblige that do not say {@code scan}. */
  public enum Default {
    ALL,
    NONE
  }

  private static final long LARGEST_LIMIT = 1L << 40;

  private static final ScanConfig DEFAULT =
      new ScanConfig(
          List.of(EngineConfig.BUILT_IN),
          Default.ALL,
          1L << 30,
          SpoolConfig.DEFAULT,
          DecodedLimits.usual(1L << 30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Fates.DEFAULT,
          CacheConfig.DEFAULT,
          Optional.empty(),
          Delivery.AUTO,
          DeliveryConfig.DEFAULT,
          Ranges.WHOLE,
          MessagesConfig.DEFAULT,
          List.of());

  public ScanConfig {
    engines = List.copyOf(engines);
    rules = List.copyOf(rules);
  }

  /** What is done with such a body. */
  Treatment treatment(Scanner.Subject subject) {
    for (ScanRule rule : rules) {
      if (rule.test(subject)) {
        return rule.treatment();
      }
    }
    return new Treatment(Optional.empty(), Optional.empty(), deliver, unscanned);
  }

  /** What holds for messages of a WebSocket: never more than for other bodies. */
  MessageLimits messageLimits() {
    long most = Math.min(messages.limit(), limit);
    long decodedMost = Math.min(decoded.limit(), DecodedLimits.usual(most).limit());
    return new MessageLimits(
        Math.min(messages.from(), most),
        most,
        new DecodedLimits(decodedMost, decoded.ratio()),
        decoded.limit());
  }

  /** What an absent section means on a machine without a clamd. */
  public static ScanConfig defaults() {
    return DEFAULT;
  }

  public static ScanConfig read(Section section, Path folder) {
    return read(section, folder, ClamdAddress.USUAL);
  }

  /**
   * @param usual sockets to look for where no engine is configured
   */
  static ScanConfig read(Section section, Path folder, List<Path> usual) {
    Fates fates = section.section("unscanned").map(Fates::read).orElse(Fates.DEFAULT);
    Delivery deliver = section.choice("deliver", Delivery.class, DEFAULT.deliver);
    long limit = section.bytes("limit", DEFAULT.limit);
    DecodedLimits usualDecoded = DecodedLimits.usual(Math.min(limit, LARGEST_LIMIT));
    var config =
        new ScanConfig(
            engines(section, folder, usual),
            section.choice("default", Default.class, DEFAULT.byDefault),
            limit,
            section.section("spool").map(SpoolConfig::read).orElse(SpoolConfig.DEFAULT),
            section
                .section("decoded")
                .map(written -> DecodedLimits.read(written, usualDecoded))
                .orElse(usualDecoded),
            duration(section, "patience", DEFAULT.patience),
            duration(section, "engine-timeout", DEFAULT.engineTimeout),
            fates,
            section.section("cache").map(CacheConfig::read).orElse(CacheConfig.DEFAULT),
            section.section("quarantine").map(one -> QuarantineConfig.read(one, folder)),
            deliver,
            section.section("delivery").map(DeliveryConfig::read).orElse(DEFAULT.delivery),
            section.choice("ranges", Ranges.class, DEFAULT.ranges),
            section.section("messages").map(MessagesConfig::read).orElse(DEFAULT.messages),
            section.sections("rules").stream()
                .map(rule -> ScanRule.read(rule, deliver, fates))
                .toList());
    section.end();
    config.checkSizes(section);
    return config;
  }

  private static List<EngineConfig> engines(Section section, Path folder, List<Path> usual) {
    if (section.node("engines").isEmpty()) {
      return List.of(
          ClamdAddress.found(usual)
              .<EngineConfig>map(ClamdEngine::new)
              .orElse(EngineConfig.BUILT_IN));
    }
    List<EngineConfig> engines = new ArrayList<>();
    for (Section item : section.sections("engines")) {
      EngineConfig.read(item, folder).ifPresent(engines::add);
    }
    if (engines.isEmpty() && !section.problems().hasErrors()) {
      section
          .problems()
          .error(
              section.markOf("engines"),
              "scan.engines is empty; name an engine, leave the key out, or write scan: { default:"
                  + " none } to scan nothing.");
    }
    return engines.isEmpty() ? DEFAULT.engines : engines;
  }

  private static Duration duration(Section section, String key, Duration otherwise) {
    Duration read = section.duration(key, otherwise);
    if (read.compareTo(Duration.ofMillis(100)) < 0 || read.compareTo(Duration.ofHours(1)) > 0) {
      section.problems().error(section.markOf(key), "scan." + key + ": expected 100ms to 1h.");
      return otherwise;
    }
    return read;
  }

  private void checkSizes(Section section) {
    if (limit < 1024 || limit > LARGEST_LIMIT) {
      section
          .problems()
          .error(
              section.markOf("limit"),
              "scan.limit: expected 1KiB to 1024GiB, found " + limit + ".");
    }
    if (spool.disk() < limit) {
      section
          .problems()
          .error(
              section.markOf("spool"),
              "scan.spool.disk ("
                  + Size.text(spool.disk())
                  + ") has no room for one body of scan.limit ("
                  + Size.text(limit)
                  + "); raise it or lower scan.limit.");
    }
  }

  /** Whether anything but the built-in signatures looks at bodies. */
  public boolean hasAntiVirus() {
    return engines.stream()
        .anyMatch(engine ->
            switch (engine) {
              case ClamdEngine _, IcapEngine _ -> true;
              case SignatureEngine _ -> false;
            });
  }

  /** What {@code run} says about scanning, a sentence or two a line. */
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    String engineNames = String.join(", ", engines.stream().map(ScanConfig::text).toList());
    lines.add("bodies up to " + Size.text(limit) + " scanned by " + engineNames);
    if (!hasAntiVirus()) {
      lines.add(
          "this is not an anti-virus. To add one, run clamd (Debian: clamav-daemon) and write scan: {"
              + " engines: [ { clamd: \"unix:/run/clamav/clamd.ctl\" } ] }");
    }
    if (byDefault == Default.NONE) {
      lines.add("only where a rule says scan: all (scan.default is none)");
    }
    List<String> delivered = unscanned.delivered();
    if (!delivered.isEmpty()) {
      lines.add("delivered without a scan, and recorded so: " + String.join(", ", delivered));
    }
    return lines;
  }

  private static String text(EngineConfig engine) {
    return switch (engine) {
      case ClamdEngine clamd -> "clamd at " + clamd.at();
      case IcapEngine icap -> "the ICAP server at " + icap.server();
      case SignatureEngine signatures -> "built-in signatures (" + content(signatures) + ")";
    };
  }

  private static String content(SignatureEngine signatures) {
    List<String> parts = new ArrayList<>();
    if (signatures.eicar()) {
      parts.add("the EICAR test file");
    }
    if (signatures.digests().size() > 0) {
      parts.add(signatures.digests().size() + " SHA-256 digests");
    }
    return String.join(", ", parts);
  }
}
