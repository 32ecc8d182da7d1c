package dev.sekisho.scan.icap;

import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a service says of itself (RFC 3507 section 4.10.2).
 *
 * @param methods all where it names none
 * @param preview bytes of a body that it wants to see first
 * @param transfers by extension of the file in lower case, {@code *} for all that are not named
 * @param ttl how long this holds; empty for ever
 * @param service what it calls itself, or nothing
 */
record IcapOptions(
    Set<IcapMethod> methods,
    OptionalInt preview,
    Set<Allowed> allowed,
    OptionalInt maxConnections,
    Map<String, Transfer> transfers,
    Optional<Duration> ttl,
    String service) {
  /** A preview is for looking at a file's first bytes; nobody needs more. */
  private static final int LARGEST_PREVIEW = 1 << 20;

  /** Answers that a client must allow. */
  enum Allowed {
    /** Without a preview. */
    UNMODIFIED_204,
    /** draft-icap-ext-partial-content. */
    PARTIAL_206
  }

  /** How files are given to it. */
  enum Transfer {
    IGNORE,
    PREVIEW,
    COMPLETE
  }

  IcapOptions {
    methods = Set.copyOf(methods);
    allowed = Set.copyOf(allowed);
    transfers = Map.copyOf(transfers);
  }

  static IcapOptions parse(Head answer) throws IcapFault {
    return new IcapOptions(
        methods(answer),
        number(answer, "Preview", LARGEST_PREVIEW),
        allowed(answer),
        number(answer, "Max-Connections", Integer.MAX_VALUE),
        transfers(answer),
        number(answer, "Options-TTL", Integer.MAX_VALUE).stream()
            .mapToObj(Duration::ofSeconds)
            .findFirst(),
        answer.first("Service").orElse(""));
  }

  private static Set<IcapMethod> methods(Head answer) {
    Set<IcapMethod> methods = EnumSet.noneOf(IcapMethod.class);
    List<String> words = answer.elements("Methods");
    for (IcapMethod method : IcapMethod.values()) {
      if (words.isEmpty() || words.contains(method.name())) {
        methods.add(method);
      }
    }
    return methods;
  }

  private static Set<Allowed> allowed(Head answer) {
    Set<Allowed> allowed = EnumSet.noneOf(Allowed.class);
    List<String> words = answer.elements("Allow");
    if (words.contains("204")) {
      allowed.add(Allowed.UNMODIFIED_204);
    }
    if (words.contains("206")) {
      allowed.add(Allowed.PARTIAL_206);
    }
    return allowed;
  }

  private static Map<String, Transfer> transfers(Head answer) {
    Map<String, Transfer> transfers = new HashMap<>();
    // What is named twice is looked at.
    for (Transfer transfer : Transfer.values()) {
      String word =
          transfer.name().charAt(0) + transfer.name().substring(1).toLowerCase(Locale.ROOT);
      for (String extension : answer.elements("Transfer-" + word)) {
        transfers.put(extension.toLowerCase(Locale.ROOT), transfer);
      }
    }
    return transfers;
  }

  private static OptionalInt number(Head answer, String name, int most) throws IcapFault {
    Optional<String> text = answer.first(name);
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    if (!text.get().matches("[0-9]{1,18}")) {
      throw IcapFault.down("its options have " + name + ": " + text.get());
    }
    return OptionalInt.of((int) Math.min(most, Long.parseLong(text.get())));
  }

  /**
   * @param extension in lower case, without its dot
   */
  Transfer transfer(String extension) {
    Transfer otherwise = preview.isPresent() ? Transfer.PREVIEW : Transfer.COMPLETE;
    return transfers.getOrDefault(extension, transfers.getOrDefault("*", otherwise));
  }

  /** How much of such a file is sent first, if not all. */
  OptionalInt preview(Transfer transfer) {
    return switch (transfer) {
      case PREVIEW -> preview;
      case COMPLETE, IGNORE -> OptionalInt.empty();
    };
  }
}
