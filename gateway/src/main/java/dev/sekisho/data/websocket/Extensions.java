package dev.sekisho.data.websocket;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What an origin agreed to beyond plain frames (RFC 6455 §9.1). */
public sealed interface Extensions {
  record None() implements Extensions {}

  /** permessage-deflate (RFC 7692 §7). */
  record Deflate(Compression fromClient, Compression fromOrigin) implements Extensions {}

  /**
   * Frames mean something that is not known here.
   *
   * @param name what was agreed, as the origin wrote it
   */
  record Other(String name) implements Extensions {}

  /**
   * @param values of the fields Sec-WebSocket-Extensions of a 101, in order
   */
  static Extensions of(List<String> values) {
    List<String> agreed =
        List.of(String.join(",", values).split(",", -1)).stream()
            .map(String::strip)
            .filter(one -> !one.isEmpty())
            .toList();
    if (agreed.isEmpty()) {
      return new None();
    }
    return agreed.size() == 1 ? deflate(agreed.getFirst()) : new Other(String.join(", ", agreed));
  }

  private static Extensions deflate(String written) {
    String[] words = written.toLowerCase(Locale.ROOT).split(";", -1);
    Set<String> names = new HashSet<>();
    boolean known = words[0].strip().equals("permessage-deflate");
    for (int i = 1; i < words.length; i++) {
      String[] pair = words[i].strip().split("=", 2);
      String name = pair[0].strip();
      known &= names.add(name) && isKnown(name, pair.length > 1 ? pair[1].strip() : "");
    }
    return known
        ? new Deflate(
            context(names.contains("client_no_context_takeover")),
            context(names.contains("server_no_context_takeover")))
        : new Other(written);
  }

  /** A window smaller than the largest needs no other inflater. */
  private static boolean isKnown(String name, String value) {
    return switch (name) {
      case "client_no_context_takeover", "server_no_context_takeover" -> value.isEmpty();
      case "client_max_window_bits", "server_max_window_bits" ->
          value.replaceAll("^\"(.*)\"$", "$1").matches("[89]|1[0-5]");
      default -> false;
    };
  }

  private static Compression context(boolean reset) {
    return reset ? Compression.CONTEXT_RESET : Compression.CONTEXT_KEPT;
  }
}
