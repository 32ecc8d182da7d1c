package dev.sekisho.app;

import dev.sekisho.config.Units;
import dev.sekisho.journal.Damage;
import dev.sekisho.journal.JournalReader;
import dev.sekisho.journal.LoggedRecord;
import dev.sekisho.journal.Record;
import dev.sekisho.journal.RecordFilter;
import dev.sekisho.journal.RecordFormat;
import dev.sekisho.journal.SegmentCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code sekisho log}: who went where and when, from the journal's segments. Works while the
 * gateway runs and when it does not.
 */
@Command(
    name = "log",
    mixinStandardHelpOptions = true,
    description =
        "Show the journal: who went where and when. TIME is a span such as 30m, 12h, 7d, or 2026-11-24T09:00:00+09:00.")
final class LogCommand implements Callable<Integer> {
  private static final int USUAL_WIDTH = 120;

  @Mixin private Place place = new Place();

  @Option(names = "--since", paramLabel = "TIME", description = "Nothing that ended earlier.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Nothing that ended later.")
  private @Nullable String until;

  @Option(names = "--user", paramLabel = "U", description = "Only this user.")
  private @Nullable String user;

  @Option(
      names = "--client",
      paramLabel = "IP|DEVICE",
      description = "Only this client address or device.")
  private @Nullable String client;

  @Option(
      names = "--host",
      paramLabel = "PATTERN",
      description = "Only hosts like example.com, .example.com (and below) or *cdn*.")
  private @Nullable String host;

  @Option(names = "--decision", paramLabel = "allow|deny|ask", description = "Only this decision.")
  private Record.@Nullable Decided decision;

  @Option(names = "--rule", paramLabel = "NAME", description = "Only what this rule decided.")
  private @Nullable String rule;

  @Option(
      names = "--status",
      paramLabel = "CODE",
      description = "Only this status, or a class such as 5xx.")
  private @Nullable String status;

  @Option(
      names = "--format",
      paramLabel = "table|json|csv|squid|ocsf",
      defaultValue = "table",
      description = "Default: ${DEFAULT-VALUE}.")
  private RecordFormat.Name format = RecordFormat.Name.TABLE;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on showing records as they are written, until interrupted.")
  private boolean follow;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    RecordFormat shape = RecordFormat.of(format, width());
    try (JournalReader reader =
        new JournalReader(journal(place.state()), filter(), this::damaged)) {
      String header = shape.header();
      if (header != null) {
        out.println(header);
      }
      if (follow) {
        reader.follow(record -> print(out, shape, record));
      } else {
        reader.read(record -> out.println(shape.line(record)));
      }
    }
    out.flush();
    return Exit.FINE;
  }

  /** Whoever follows sees each record when it comes, and ends the command by closing the pipe. */
  private static void print(PrintWriter out, RecordFormat shape, LoggedRecord record) {
    out.println(shape.line(record));
    if (out.checkError()) {
      System.exit(Exit.FINE);
    }
  }

  private void damaged(Damage damage) {
    spec.commandLine().getErr().println("journal: " + damage);
    spec.commandLine().getErr().flush();
  }

  private RecordFilter filter() {
    RecordFilter filter = RecordFilter.all();
    if (since != null) {
      filter = filter.since(time("--since", since));
    }
    if (until != null) {
      filter = filter.until(time("--until", until));
    }
    if (user != null) {
      filter = filter.user(user);
    }
    if (client != null) {
      filter = filter.client(client);
    }
    if (host != null) {
      filter = filter.host(host);
    }
    if (decision != null) {
      filter = filter.decision(decision);
    }
    if (rule != null) {
      filter = filter.rule(rule);
    }
    return status == null ? filter : filter.status(status);
  }

  private Instant time(String option, String text) {
    return Units.duration(text)
        .map(ago -> Instant.now().minus(ago))
        .orElseGet(() -> {
          try {
            return OffsetDateTime.parse(text).toInstant();
          } catch (DateTimeException _) {
            throw new ParameterException(
                spec.commandLine(),
                option
                    + ": '"
                    + text
                    + "' is neither a span such as 30m, 12h, 7d nor a time such as"
                    + " 2026-11-24T09:00:00+09:00.");
          }
        });
  }

  private static int width() {
    String columns = System.getenv("COLUMNS");
    if (columns != null && columns.matches("[0-9]{2,4}")) {
      return Integer.parseInt(columns);
    }
    return USUAL_WIDTH;
  }

  private static Path journal(Path state) {
    Path folder = state.resolve("journal");
    if (!Files.isDirectory(folder)) {
      throw new UserError(
          "There is no journal in "
              + state.toAbsolutePath().normalize()
              + ". Give the state folder of the gateway with --state.");
    }
    return folder;
  }

  /** {@code sekisho log verify}. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description =
          "Read every segment and say which entries are torn or damaged. Status 1 when there is damage.")
  int verify(@Mixin Place where) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    SegmentCheck.Result result = new SegmentCheck(journal(where.state())).run();
    result.damages().forEach(out::println);
    out.println(
        result.segments()
            + " segments, "
            + result.entries()
            + " entries, "
            + result.damages().size()
            + " damaged.");
    out.flush();
    return result.damages().isEmpty() ? Exit.FINE : Exit.USER_ERROR;
  }
}
