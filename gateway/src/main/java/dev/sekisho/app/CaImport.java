package dev.sekisho.app;

import dev.sekisho.data.inspect.Authority;
import dev.sekisho.data.inspect.AuthorityFile;
import dev.sekisho.data.inspect.AuthorityStore;
import dev.sekisho.data.inspect.Passphrase;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sekisho ca import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description =
        "Take an authority of yours, such as a company's intermediate or the one of another node. The one before is kept.")
final class CaImport implements Callable<Integer> {
  @Mixin private Place place = new Place();

  @Parameters(
      index = "0",
      paramLabel = "CERT",
      description = "PEM: the authority's certificate, then those that certify it.")
  private Path certificate = Path.of("");

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "KEY",
      description = "PEM: its private key. Without it the key is looked for in CERT.")
  private @Nullable Path key;

  @Option(
      names = "--passphrase",
      paramLabel = "file:PATH|env:NAME",
      description = "What opens an encrypted key.")
  private @Nullable String passphrase;

  @Option(names = "--next", description = "Publish it only; 'sekisho ca rotate' lets it sign.")
  private boolean next;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    AuthorityStore store = CaPlace.toChange(place);
    return switch (AuthorityFile.read(
        certificate, key == null ? certificate : key, secret(passphrase), Instant.now())) {
      case AuthorityFile.Outcome.Unusable bad ->
          throw new UserError("Nothing was imported: " + bad.sentence());
      case AuthorityFile.Outcome.Usable usable -> {
        usable
            .warnings()
            .forEach(warning -> spec.commandLine().getErr().println("warning: " + warning));
        spec.commandLine().getErr().flush();
        yield take(store, usable.authority());
      }
    };
  }

  private Integer take(AuthorityStore store, Authority authority) {
    PrintWriter out = spec.commandLine().getOut();
    try {
      if (next) {
        store.announce(authority);
        out.println("Published; it signs after the next 'sekisho ca rotate':");
      } else {
        store.replace(authority);
        out.println("Imported; it signs from now on:");
      }
    } catch (IOException e) {
      throw CaPlace.trouble(e);
    }
    CaShow.describe(out, authority);
    out.println(CaCommand.RELOAD);
    out.flush();
    return Exit.FINE;
  }

  static Optional<String> secret(@Nullable String reference) {
    if (reference == null) {
      return Optional.empty();
    }
    return switch (Passphrase.read(reference, Path.of(""))) {
      case Passphrase.Known known -> Optional.of(known.text());
      case Passphrase.Unknown unknown -> throw new UserError("--passphrase: " + unknown.sentence());
    };
  }
}
