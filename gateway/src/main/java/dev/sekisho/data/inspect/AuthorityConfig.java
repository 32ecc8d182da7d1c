package dev.sekisho.data.inspect;

import dev.sekisho.config.Section;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The key {@code inspect.authority}: an authority of the owner's, read and examined.
 *
 * @param given empty when there is none, and the one of the state folder holds
 */
public record AuthorityConfig(Optional<Given> given) {
  /**
   * The owner's authority.
   *
   * @param file where its certificate was read from
   */
  public record Given(Authority authority, Path file) {}

  /**
   * Reads the key {@code authority} of the section {@code inspect}, whose other keys belong to
   * policy, which ends it.
   *
   * @param folder relative paths start here
   */
  public static AuthorityConfig read(Section inspect, Path folder) {
    return new AuthorityConfig(
        inspect.section("authority").flatMap(section -> given(section, folder)));
  }

  /**
   * The authorities to work with: the owner's, or those of the state folder, where the first is
   * made when there is none.
   *
   * @throws IOException with a sentence for the operator
   */
  public Authorities open(Path state, Instant now) throws IOException {
    if (given.isPresent()) {
      return new Authorities(given.get().authority(), Optional.empty());
    }
    return new AuthorityStore(state).open(Authority.thisHost(), now);
  }

  private static Optional<Given> given(Section section, Path folder) {
    Optional<Path> certificate = section.text("certificate").map(folder::resolve);
    Optional<Path> key = section.text("key").map(folder::resolve);
    Optional<String> secret = section.text("passphrase");
    section.end();
    if (certificate.isEmpty() && key.isEmpty() && secret.isEmpty()) {
      return Optional.empty();
    }
    if (certificate.isEmpty() || key.isEmpty()) {
      section.problems().error(section.mark(), "inspect.authority needs both certificate and key.");
      return Optional.empty();
    }
    Optional<String> passphrase = Optional.empty();
    if (secret.isPresent()) {
      switch (Passphrase.read(secret.get(), folder)) {
        case Passphrase.Known known -> passphrase = Optional.of(known.text());
        case Passphrase.Unknown unknown -> {
          section
              .problems()
              .error(
                  section.markOf("passphrase"),
                  "inspect.authority.passphrase: " + unknown.sentence());
          return Optional.empty();
        }
      }
    }
    return examined(
        section,
        AuthorityFile.read(certificate.get(), key.get(), passphrase, Instant.now()),
        certificate.get());
  }

  private static Optional<Given> examined(
      Section section, AuthorityFile.Outcome outcome, Path certificate) {
    return switch (outcome) {
      case AuthorityFile.Outcome.Usable usable -> {
        usable
            .warnings()
            .forEach(sentence ->
                section
                    .problems()
                    .warning(
                        section.markOf("certificate"),
                        "inspect.authority.certificate: " + sentence));
        yield Optional.of(new Given(usable.authority(), certificate));
      }
      case AuthorityFile.Outcome.Unusable bad -> {
        String part =
            switch (bad.part()) {
              case CERTIFICATE -> "certificate";
              case KEY -> "key";
            };
        section
            .problems()
            .error(section.markOf(part), "inspect.authority." + part + ": " + bad.sentence());
        yield Optional.empty();
      }
    };
  }
}
