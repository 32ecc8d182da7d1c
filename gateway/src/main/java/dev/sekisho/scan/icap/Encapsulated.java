package dev.sekisho.scan.icap;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an answer holds (RFC 3507 section 4.4.1), read strictly: at most one head, from offset 0 to
 * where the body begins, and a body or the word that there is none.
 *
 * @param headLength in bytes
 */
record Encapsulated(Optional<IcapAnswer.Kind> head, int headLength, Body body) {
  private static final Pattern ENTRY = Pattern.compile("([a-zA-Z-]+)[ \t]*=[ \t]*([0-9]{1,7})");

  /** What follows the head. */
  enum Body {
    NONE,
    REQUEST,
    RESPONSE,
    OPTIONS
  }

  private record Entry(String name, int offset) {}

  static Encapsulated parse(Head answer) throws IcapFault {
    List<String> values = answer.all("Encapsulated");
    if (values.size() != 1) {
      throw IcapFault.down("its answer does not say what it holds (Encapsulated)");
    }
    List<String> words = List.of(values.getFirst().split(",", -1));
    Entry last = entry(words.getLast(), values.getFirst());
    if (words.size() == 1) {
      return last.offset == 0
          ? new Encapsulated(Optional.empty(), 0, body(last, values.getFirst()))
          : wrong(values.getFirst());
    }
    Entry first = entry(words.getFirst(), values.getFirst());
    if (words.size() != 2
        || first.offset != 0
        || last.offset < 1
        || last.offset > IcapInput.LONGEST_HEAD) {
      return wrong(values.getFirst());
    }
    IcapAnswer.Kind kind =
        switch (first.name) {
          case "req-hdr" -> IcapAnswer.Kind.REQUEST;
          case "res-hdr" -> IcapAnswer.Kind.RESPONSE;
          default -> throw fault(values.getFirst());
        };
    Body body = body(last, values.getFirst());
    boolean fits =
        switch (body) {
          case NONE -> true;
          case REQUEST -> kind == IcapAnswer.Kind.REQUEST;
          case RESPONSE -> kind == IcapAnswer.Kind.RESPONSE;
          case OPTIONS -> false;
        };
    return fits ? new Encapsulated(Optional.of(kind), last.offset, body) : wrong(values.getFirst());
  }

  private static Entry entry(String word, String whole) throws IcapFault {
    Matcher found = ENTRY.matcher(word.strip());
    if (!found.matches()) {
      throw fault(whole);
    }
    return new Entry(found.group(1).toLowerCase(Locale.ROOT), Integer.parseInt(found.group(2)));
  }

  private static Body body(Entry last, String whole) throws IcapFault {
    return switch (last.name) {
      case "null-body" -> Body.NONE;
      case "req-body" -> Body.REQUEST;
      case "res-body" -> Body.RESPONSE;
      case "opt-body" -> Body.OPTIONS;
      default -> throw fault(whole);
    };
  }

  private static Encapsulated wrong(String whole) throws IcapFault {
    throw fault(whole);
  }

  private static IcapFault fault(String whole) {
    return IcapFault.down("its answer cannot hold what it says (Encapsulated: " + whole + ")");
  }
}
