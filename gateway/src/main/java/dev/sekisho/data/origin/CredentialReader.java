package dev.sekisho.data.origin;

import dev.sekisho.config.Section;
import dev.sekisho.net.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads one client certificate of {@code origin.credentials}. */
final class CredentialReader {
  private final Section section;
  private final Path folder;

  CredentialReader(Section section, Path folder) {
    this.section = section;
    this.folder = folder;
  }

  Optional<OriginCredential> read(String name) {
    int before = section.problems().all().size();
    Optional<Secret> passphrase = section.value("passphrase", (text, mark) -> secret(text));
    Optional<KeyedCertificate> shown =
        KeyedCertificate.read(section, folder, passphrase.map(Secret::text));
    List<OriginCredential.Shown> to =
        section.values(
            "to",
            (text, mark) -> {
              try {
                return Optional.of(OriginCredential.Shown.parse(text));
              } catch (MalformedException e) {
                return section.wrong(
                    mark,
                    "to",
                    text,
                    "a host such as api.example or .example (" + e.reason() + ")");
              }
            });
    section.end();
    if (section.problems().all().size() > before) {
      return Optional.empty();
    }
    if (to.isEmpty()) {
      error("to", "the hosts that are shown the certificate are missing.");
      return Optional.empty();
    }
    return shown.map(pair -> new OriginCredential(name, pair.chain(), pair.key(), to));
  }

  /** A passphrase, which no message shows. */
  private record Secret(String text) {
    @Override
    public String toString() {
      return "(secret)";
    }
  }

  private Optional<Secret> secret(String reference) {
    if (reference.startsWith("env:")) {
      Optional<String> value = Optional.ofNullable(System.getenv(reference.substring(4)));
      if (value.isEmpty()) {
        error("passphrase", "the environment has no variable " + reference.substring(4) + ".");
      }
      return value.map(Secret::new);
    }
    if (reference.startsWith("file:")) {
      Path file = folder.resolve(reference.substring(5));
      try {
        return Optional.of(new Secret(Files.readString(file).strip()));
      } catch (IOException _) {
        error("passphrase", "the file " + file + " cannot be read.");
        return Optional.empty();
      }
    }
    // the value is not repeated: it may be the passphrase itself
    error("passphrase", "expected file:NAME or env:NAME; a secret is never written here itself.");
    return Optional.empty();
  }

  private void error(String key, String words) {
    section.problems().error(section.markOf(key), section.name() + "." + key + ": " + words);
  }
}
