package dev.sekisho.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sekisho ca}: the inspection authority. */
@Command(
    name = "ca",
    mixinStandardHelpOptions = true,
    description = "The authority that signs certificates when TLS is opened.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {CaShow.class, CaExport.class, CaImport.class, CaRotate.class})
final class CaCommand implements Callable<Integer> {
  /** What a gateway that runs has to be told. */
  static final String RELOAD =
      "A gateway that runs takes it on SIGHUP (systemctl reload sekisho) or when it starts again.";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return Exit.USAGE;
  }
}
