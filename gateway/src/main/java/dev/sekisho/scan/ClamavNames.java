package dev.sekisho.scan;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names that libclamav gives to what it did not look at. Only whole names: what else begins so,
 * such as a name that ends in {@code .UNOFFICIAL}, is a signature that somebody wrote.
 */
final class ClamavNames {
  private static final Pattern ENCRYPTED =
      Pattern.compile("Heuristics\\.Encrypted\\.(?!UNOFFICIAL)[A-Za-z0-9]+");
  private static final Pattern LIMITS =
      Pattern.compile("Heuristics\\.Limits\\.Exceeded(\\.(?!UNOFFICIAL)[A-Za-z0-9]+)?");

  private ClamavNames() {}

  /** Why it did not look; empty for the name of something that it found. */
  static Optional<Verdict.Reason> unseen(String name) {
    if (ENCRYPTED.matcher(name).matches()) {
      return Optional.of(Verdict.Reason.ENCRYPTED);
    }
    return LIMITS.matcher(name).matches()
        ? Optional.of(Verdict.Reason.ENGINE_LIMIT)
        : Optional.empty();
  }
}
