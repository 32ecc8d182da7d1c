package dev.sekisho.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The users of one reading of the files, and what was found out about credentials by them. A new
 * reading makes a new book, so that nothing remembered outlives the file it came from.
 */
final class Book {
  /** Long enough that one wrong password sent again and again counts once a minute. */
  private static final Duration WRONG_FOR = Duration.ofMinutes(1);

  private static final int MOST_KEPT = 20_000;
  private static final String BCRYPT_LETTERS =
      "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  private final IdentityConfig.Asked config;
  private final Users users;
  private final StoredPassword stranger;
  private final Cache<Fingerprints.Fingerprint, Identity.Answer> right;
  private final Cache<Fingerprints.Fingerprint, Identity.Answer> wrong;

  Book(IdentityConfig.Asked config, Users users, Ticker ticker) {
    this.config = config;
    this.users = users;
    this.stranger = nobodys(users.usualCost());
    this.right = cache(config.cache(), ticker);
    this.wrong = cache(WRONG_FOR, ticker);
  }

  private static Cache<Fingerprints.Fingerprint, Identity.Answer> cache(
      Duration keep, Ticker ticker) {
    return Caffeine.newBuilder()
        .maximumSize(MOST_KEPT)
        .expireAfterWrite(keep)
        .ticker(ticker)
        .executor(Runnable::run)
        .build();
  }

  /** A hash that is of no password, to be checked for users who do not exist. */
  private static StoredPassword nobodys(int cost) {
    StringBuilder hash = new StringBuilder(String.format("$2y$%02d$", cost));
    SecureRandom random = new SecureRandom();
    // the last letters of salt and hash carry fewer bits, and '.' is zero in all of them
    for (int i = 0; i < 53; i++) {
      hash.append(
          i == 21 || i == 52
              ? '.'
              : BCRYPT_LETTERS.charAt(random.nextInt(BCRYPT_LETTERS.length())));
    }
    return new StoredPassword(hash.toString(), cost);
  }

  IdentityConfig.Asked config() {
    return config;
  }

  Users users() {
    return users;
  }

  Optional<String> challenge() {
    String quoted = config.realm().replace("\\", "\\\\").replace("\"", "\\\"");
    return Optional.of("Basic realm=\"" + quoted + "\", charset=\"UTF-8\"");
  }

  Identity.@Nullable Answer known(Fingerprints.Fingerprint credentials) {
    Identity.Answer answer = right.getIfPresent(credentials);
    return answer != null ? answer : wrong.getIfPresent(credentials);
  }

  /** One check of bcrypt, also for a stranger. */
  Identity.Answer check(BasicCredentials.Proof proof, PasswordCheck passwords) {
    StoredPassword stored = users.password(proof.name());
    boolean matches = passwords.matches(stored == null ? stranger : stored, proof.password());
    if (stored != null && matches) {
      return new Identity.Answer.Known(proof.name(), users.groups(proof.name()), "basic");
    }
    return new Identity.Answer.Rejected(
        stored == null
            ? "There is no user '" + proof.name() + "'."
            : "The password of '" + proof.name() + "' is wrong.");
  }

  void remember(Fingerprints.Fingerprint credentials, Identity.Answer answer) {
    switch (answer) {
      case Identity.Answer.Known known -> right.put(credentials, known);
      case Identity.Answer.Rejected rejected -> wrong.put(credentials, rejected);
      case Identity.Answer.Unavailable _ -> {
        // asked again next time
      }
    }
  }
}
