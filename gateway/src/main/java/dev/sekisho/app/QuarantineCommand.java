package dev.sekisho.app;

import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.scan.Quarantine;
import dev.sekisho.scan.Quarantine.Kept;
import dev.sekisho.scan.QuarantineConfig;
import dev.sekisho.scan.QuarantineItem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sekisho quarantine}: the infected bodies that were kept. */
@Command(
    name = "quarantine",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list|show|release|remove)",
    description =
        "List, show, release and remove infected bodies that were kept (scan.quarantine).")
final class QuarantineCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return Exit.USAGE;
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "What is there, by time.")
  int list(@Mixin Place place) {
    Quarantine quarantine = open(place);
    List<Kept> all;
    try {
      all = quarantine.list();
    } catch (IOException e) {
      throw new UserError("The quarantine in " + quarantine.folder() + " cannot be read: " + e);
    }
    PrintWriter out = spec.commandLine().getOut();
    all.forEach(one -> out.println(line(one)));
    if (all.isEmpty()) {
      out.println("Nothing is in quarantine in " + quarantine.folder() + ".");
    }
    out.flush();
    return Exit.FINE;
  }

  private static String line(Kept kept) {
    return switch (kept) {
      case Kept.Readable(String record, QuarantineItem item, _) ->
          String.join(
              "  ",
              record,
              item.kept().truncatedTo(ChronoUnit.SECONDS).toString(),
              word(item),
              item.length() + " bytes",
              item.host(),
              item.engine() + ": " + item.name());
      case Kept.Unreadable(String record, String why) -> record + "  cannot be opened: " + why;
    };
  }

  private static String word(QuarantineItem item) {
    return item.direction().name().toLowerCase(Locale.ROOT);
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "What is known of one; 'sekisho log' has its whole record.")
  int show(
      @Parameters(paramLabel = "ID", description = "The id of its record.") String id,
      @Mixin Place place) {
    Quarantine quarantine = open(place);
    QuarantineItem item = attempt(id, quarantine, () -> quarantine.show(id));
    PrintWriter out = spec.commandLine().getOut();
    out.println("record     " + item.record());
    out.println("kept       " + item.kept());
    out.println("host       " + item.host());
    out.println("direction  " + word(item));
    out.println("engine     " + item.engine());
    out.println("name       " + item.name());
    out.println("length     " + item.length());
    out.println("sha256     " + item.sha256());
    if (!item.coding().isEmpty()) {
      out.println("coding     " + item.coding());
    }
    out.flush();
    return Exit.FINE;
  }

  @Command(
      name = "release",
      mixinStandardHelpOptions = true,
      description = {
        "Write one into a file, as it was sent: INFECTED, and with its content coding.",
        "It stays in quarantine."
      })
  int release(
      @Parameters(paramLabel = "ID", description = "The id of its record.") String id,
      @Option(
              names = "--to",
              paramLabel = "FILE",
              required = true,
              description = "A new file, readable by its owner alone.")
          Path to,
      @Mixin Place place) {
    Quarantine quarantine = open(place);
    QuarantineItem item = attempt(id, quarantine, () -> quarantine.release(id, to));
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "Wrote "
            + item.length()
            + " bytes, in which "
            + item.engine()
            + " found "
            + item.name()
            + ", to "
            + to
            + ".");
    if (!item.coding().isEmpty()) {
      out.println("It still has its content coding: " + item.coding() + ".");
    }
    out.flush();
    return Exit.FINE;
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Delete one, also one that cannot be opened.")
  int remove(
      @Parameters(paramLabel = "ID", description = "The id of its record.") String id,
      @Mixin Place place) {
    Quarantine quarantine = open(place);
    attempt(
        id,
        quarantine,
        () -> {
          quarantine.remove(id);
          return id;
        });
    spec.commandLine().getOut().println("Removed " + id + ".");
    spec.commandLine().getOut().flush();
    return Exit.FINE;
  }

  private interface Attempt<T> {
    T make() throws IOException;
  }

  private static <T> T attempt(String id, Quarantine quarantine, Attempt<T> attempt) {
    try {
      return attempt.make();
    } catch (FileAlreadyExistsException e) {
      throw new UserError("The file " + e.getFile() + " is there already; name another one.");
    } catch (NoSuchFileException e) {
      throw new UserError(
          e.getFile() != null && e.getFile().endsWith(id)
              ? "There is no " + id + " in " + quarantine.folder() + "."
              : "There is no folder for " + e.getFile() + ".");
    } catch (IOException e) {
      throw new UserError(id + " in " + quarantine.folder() + " cannot be used: " + e.getMessage());
    }
  }

  /** Also without the section: what was kept before it was taken out can still be looked at. */
  private static Quarantine open(Place place) {
    Problems problems = new Problems();
    Optional<Configuration> configuration = Configuration.load(place.config(), problems);
    if (problems.hasErrors() || configuration.isEmpty()) {
      throw new UserError(
          problems.all().stream()
              .filter(problem -> problem.severity() == Problem.Severity.ERROR)
              .map(Problem::toString)
              .collect(Collectors.joining("\n")));
    }
    return new Quarantine(
        configuration.get().scan().quarantine().orElse(QuarantineConfig.USUAL),
        place.state().toAbsolutePath().normalize());
  }
}
