package dev.sekisho.app;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entrance: {@code sekisho COMMAND}. */
@Command(
    name = "sekisho",
    version = Version.TEXT,
    mixinStandardHelpOptions = true,
    header =
        "The outbound gateway: who left, when and where to, and nothing that is not permitted.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      ExplainCommand.class,
      LogCommand.class,
      UserCommand.class,
      CaCommand.class,
      QuarantineCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main implements Callable<Integer> {
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return Exit.USAGE;
  }

  public static void main(String[] arguments) {
    int status = commandLine().execute(arguments);
    if (status != RunCommand.RUNNING) {
      System.exit(status);
    }
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler((thrown, command, _) -> failed(thrown, command.getErr()))
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  private static int failed(Exception thrown, PrintWriter err) {
    if (thrown instanceof UserError error) {
      err.println(error.getMessage());
      err.flush();
      return Exit.USER_ERROR;
    }
    err.println(
        "This is a defect in Sekisho, not your mistake. Please report it with the lines below.");
    thrown.printStackTrace(err);
    err.flush();
    return Exit.DEFECT;
  }
}
