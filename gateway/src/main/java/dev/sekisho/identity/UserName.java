package dev.sekisho.identity;

import java.text.Normalizer;
import java.util.Optional;

/**
 * What a name of a user or group may be. Names are brought into Unicode's form NFC and then
 * compared exactly: {@code Ann} and {@code ann} are two users.
 */
final class UserName {
  static final int MOST_CHARACTERS = 255;

  private UserName() {}

  static String normal(String text) {
    return Normalizer.isNormalized(text, Normalizer.Form.NFC)
        ? text
        : Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  /** What is wrong with a name, as a clause; empty when nothing is. */
  static Optional<String> fault(String name) {
    if (name.isEmpty()) {
      return Optional.of("it is empty");
    }
    if (name.length() > MOST_CHARACTERS) {
      return Optional.of("it is longer than " + MOST_CHARACTERS + " characters");
    }
    if (name.indexOf(':') >= 0) {
      return Optional.of("a colon ends the name (RFC 7617 §2)");
    }
    if (name.codePoints().anyMatch(UserName::invisible)) {
      return Optional.of("it has a control or invisible character");
    }
    if (!name.equals(name.strip())) {
      return Optional.of("it begins or ends with a space");
    }
    return Optional.empty();
  }

  /** Control and format characters, also those that turn the direction of text. */
  private static boolean invisible(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }
}
