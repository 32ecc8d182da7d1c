package dev.sekisho.identity;

import dev.sekisho.config.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The section {@code identity} of the configuration. */
public sealed interface IdentityConfig {
  /** Without the section nobody is asked. */
  record Nobody() implements IdentityConfig {}

  /**
   * Users prove who they are by name and password.
   *
   * @param realm what a browser shows when it asks
   * @param cache how long a password that was right is known to be so without being checked again
   * @param atOnce passwords of one client that may wait or be checked at once
   * @param users what the files had when the configuration was read
   */
  record Asked(String realm, UserFiles files, Duration cache, int atOnce, Users users)
      implements IdentityConfig {}

  /** A quarter of what all clients together may have waiting. */
  int AT_ONCE = 64;

  /**
   * Reads the section and the files it names; problems go to the section's {@code Problems}, those
   * of the files with their places in them.
   *
   * @param folder where relative paths start from: the folder of the configuration's file
   */
  static IdentityConfig read(Section section, Path folder) {
    String realm =
        section
            .value(
                "realm",
                (text, mark) ->
                    text.matches("[ -~]{1,100}")
                        ? Optional.of(text)
                        : section.<String>wrong(
                            mark, "realm", text, "at most 100 visible ASCII characters"))
            .orElse("Sekisho");
    Optional<Path> passwords = section.text("password-file").map(folder::resolve);
    Optional<Path> groups = section.text("group-file").map(folder::resolve);
    Duration cache = section.duration("cache", Duration.ofMinutes(5));
    if (cache.compareTo(Duration.ofDays(1)) > 0) {
      section.wrong(section.markOf("cache"), "cache", section.text("cache", ""), "at most 1d");
    }
    int atOnce = section.integer("checks-per-client", AT_ONCE, 1, Threads.MOST_QUEUED);
    section.end();
    if (section.keys().isEmpty()) {
      return new Nobody();
    }
    if (passwords.isEmpty()) {
      section
          .problems()
          .error(
              section.mark(),
              "identity needs a password-file: users come from there. Without users, leave the section out.");
      return new Nobody();
    }
    UserFiles files = new UserFiles(passwords.get(), groups);
    Users users =
        files
            .read(section.problems())
            .orElseGet(() -> new Users(Map.of(), Map.of(), files.stamp()));
    return new Asked(realm, files, cache, atOnce, users);
  }
}
