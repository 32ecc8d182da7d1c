package dev.sekisho.app;

import dev.sekisho.data.inspect.Authority;
import dev.sekisho.data.inspect.AuthorityStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sekisho ca rotate}. */
@Command(
    name = "rotate",
    mixinStandardHelpOptions = true,
    description =
        "Change the authority in two steps: first make the next one and publish it, then let it sign.")
final class CaRotate implements Callable<Integer> {
  @Mixin private Place place = new Place();

  @Option(
      names = "--now",
      description = "One step: clients that do not have the next one yet refuse it.")
  private boolean now;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    AuthorityStore store = CaPlace.toChange(place);
    AuthorityStore.Pace pace = now ? AuthorityStore.Pace.AT_ONCE : AuthorityStore.Pace.OVERLAP;
    try {
      switch (store.rotate(pace, Authority.thisHost(), Instant.now())) {
        case AuthorityStore.Rotated.Announced(Authority next) -> {
          out.println("The next authority is made and published beside the current one:");
          CaShow.describe(out, next);
          out.println(
              "Give it to the clients (sekisho ca export). When they have it, 'sekisho ca rotate' lets it sign.");
        }
        case AuthorityStore.Rotated.Changed(Authority current) -> {
          out.println("This authority signs from now on:");
          CaShow.describe(out, current);
          out.println("The one before is kept in " + store.previousFile() + ".");
        }
      }
    } catch (IOException e) {
      throw CaPlace.trouble(e);
    }
    out.println(CaCommand.RELOAD);
    out.flush();
    return Exit.FINE;
  }
}
