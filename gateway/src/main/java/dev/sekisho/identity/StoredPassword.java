package dev.sekisho.identity;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategy;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A password as a file keeps it: bcrypt in its modular form, {@code $2y$10$...}, where 2a, 2b and
 * 2y are the same algorithm. Like everybody's, it looks at the first 72 bytes of a password only.
 *
 * @param hash the whole text, version, cost, salt and hash
 * @param cost the logarithm of the rounds
 */
record StoredPassword(String hash, int cost) {
  /** More would keep a core busy for longer than anybody waits. */
  static final int MOST_COST = 16;

  static final int LEAST_COST = 4;

  /** bcrypt looks at no more bytes. */
  static final int MOST_BYTES = 72;

  private static final Pattern SHAPE =
      Pattern.compile("\\$2[aby]\\$([0-9]{2})\\$[./A-Za-z0-9]{53}");
  private static final BCrypt.Version VERSION = BCrypt.Version.VERSION_2Y;
  private static final LongPasswordStrategy CUT = LongPasswordStrategies.truncate(VERSION);

  /** Empty when the text is not bcrypt. The cost is not judged. */
  static Optional<StoredPassword> parse(String text) {
    Matcher matcher = SHAPE.matcher(text);
    return matcher.matches()
        ? Optional.of(new StoredPassword(text, Integer.parseInt(matcher.group(1))))
        : Optional.empty();
  }

  /** A new hash with a random salt; costs what verifying costs. */
  static StoredPassword of(byte[] password, int cost) {
    byte[] hash = BCrypt.with(VERSION).hash(cost, password);
    return new StoredPassword(new String(hash, StandardCharsets.US_ASCII), cost);
  }

  /** Costs tens of milliseconds and compares in constant time. */
  boolean matches(byte[] password) {
    return BCrypt.verifyer(VERSION, CUT)
        .verify(password, hash.getBytes(StandardCharsets.US_ASCII))
        .verified;
  }

  /** Nothing of a hash is shown by accident. */
  @Override
  public String toString() {
    return "bcrypt, cost " + cost;
  }
}
