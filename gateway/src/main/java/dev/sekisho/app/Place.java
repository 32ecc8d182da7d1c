package dev.sekisho.app;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options every command takes: which configuration, which state. */
final class Place {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Configuration file. Without it the embedded default holds.")
  private @Nullable Path config;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      defaultValue = "${env:SEKISHO_STATE:-var}",
      description =
          "State folder: journal, compiled lists. Default: ./var, or SEKISHO_STATE from the environment.")
  private Path state = Path.of("var");

  Optional<Path> config() {
    return Optional.ofNullable(config);
  }

  Path state() {
    return state;
  }
}
