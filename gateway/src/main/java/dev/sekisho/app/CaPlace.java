package dev.sekisho.app;

import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.data.inspect.Authorities;
import dev.sekisho.data.inspect.AuthorityConfig;
import dev.sekisho.data.inspect.AuthorityStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;

/** Where the authority is: in the owner's files, which the configuration names, or in the state. */
sealed interface CaPlace {
  /** The owner's own, which these commands show and never change. */
  record Configured(AuthorityConfig.Given given) implements CaPlace {}

  record InState(AuthorityStore store) implements CaPlace {}

  static CaPlace of(Place place) {
    Problems problems = new Problems();
    Optional<Configuration> configuration = Configuration.load(place.config(), problems);
    if (problems.hasErrors() || configuration.isEmpty()) {
      throw new UserError(
          problems.all().stream()
              .filter(problem -> problem.severity() == Problem.Severity.ERROR)
              .map(Problem::toString)
              .collect(Collectors.joining("\n")));
    }
    return configuration
        .get()
        .inspect()
        .authority()
        .given()
        .<CaPlace>map(Configured::new)
        .orElseGet(
            () -> new InState(new AuthorityStore(place.state().toAbsolutePath().normalize())));
  }

  /** The store, for commands that change it. */
  static AuthorityStore toChange(Place place) {
    return switch (of(place)) {
      case Configured configured ->
          throw new UserError(
              "inspect.authority of the configuration names the authority in "
                  + configured.given().file()
                  + "; change it there. This command is for the one in the state folder.");
      case InState inState -> {
        StateFolder.make(place.state());
        yield inState.store();
      }
    };
  }

  /** What there is to show. */
  record Found(Authorities authorities, Path file) {}

  default Found found() {
    return switch (this) {
      case Configured(AuthorityConfig.Given given) ->
          new Found(new Authorities(given.authority(), Optional.empty()), given.file());
      case InState(AuthorityStore store) -> {
        try {
          yield new Found(
              store
                  .look()
                  .orElseThrow(() ->
                      new UserError(
                          "There is no authority in "
                              + store.file().getParent()
                              + " yet. The first 'sekisho run' makes one; 'sekisho ca import' takes"
                              + " one of yours. Is --state right?")),
              store.file());
        } catch (IOException e) {
          throw trouble(e);
        }
      }
    };
  }

  /** What went wrong with a file, as the operator's own to mend. */
  static UserError trouble(IOException e) {
    String message = e.getMessage();
    boolean sentence = message != null && message.endsWith(".");
    return new UserError(
        sentence
            ? "The authority cannot be used: " + message
            : "The authority's folder cannot be used ("
                + e.getClass().getSimpleName()
                + ": "
                + message
                + "). Run this as the user who runs the gateway.");
  }
}
