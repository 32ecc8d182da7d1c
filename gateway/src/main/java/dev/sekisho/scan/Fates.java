package dev.sekisho.scan;

import dev.sekisho.config.Section;
import dev.sekisho.scan.Verdict.Fate;
import dev.sekisho.scan.Verdict.Reason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What becomes of a body that was not scanned, by reason ({@code scan.unscanned:}). */
public record Fates(Map<Reason, Fate> byReason) {
  public static final Fates DEFAULT =
      new Fates(
          Map.of(
              Reason.TOO_BIG, Fate.DELIVER,
              Reason.ENCRYPTED, Fate.DELIVER,
              Reason.UNDECODABLE, Fate.BLOCK,
              Reason.PARTIAL, Fate.BLOCK,
              Reason.ENGINE_DOWN, Fate.BLOCK,
              Reason.ENGINE_LIMIT, Fate.DELIVER,
              Reason.TIMEOUT, Fate.BLOCK,
              Reason.EXCLUDED_BY_RULE, Fate.DELIVER,
              Reason.ENDLESS, Fate.DELIVER,
              Reason.SPOOL_FULL, Fate.BLOCK));

  public Fates {
    byReason = Map.copyOf(byReason);
  }

  static Fates read(Section section) {
    return read(section, DEFAULT);
  }

  /**
   * @param others what holds for reasons that are not named
   */
  static Fates read(Section section, Fates others) {
    Map<Reason, Fate> fates = new EnumMap<>(Reason.class);
    for (Reason reason : Reason.values()) {
      fates.put(reason, section.choice(reason.word(), Fate.class, others.of(reason)));
    }
    section.end();
    return new Fates(fates);
  }

  /** Fails closed for a reason nobody configured. */
  public Fate of(Reason reason) {
    return byReason.getOrDefault(reason, Fate.BLOCK);
  }

  /** The words of the reasons for which a body is delivered, in the order of the configuration. */
  List<String> delivered() {
    List<String> words = new ArrayList<>();
    for (Reason reason : Reason.values()) {
      if (of(reason) == Fate.DELIVER) {
        words.add(reason.word());
      }
    }
    return words;
  }
}
