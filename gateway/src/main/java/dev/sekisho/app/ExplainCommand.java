package dev.sekisho.app;

import dev.sekisho.config.Problems;
import dev.sekisho.identity.IdentityConfig;
import dev.sekisho.net.Authority;
import dev.sekisho.net.HttpUrl;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import dev.sekisho.policy.Policy;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sekisho explain}: what would be decided, and why, by the same code that decides live. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "Say what would be decided about a URL, and why: every rule with what was true, false, unknown or unknowable.",
      "Of an https URL the CONNECT is explained and, where TLS is opened, the request inside.",
      "Status 0 allowed, 3 denied or asked who."
    })
final class ExplainCommand implements Callable<Integer> {
  @Mixin private Place place = new Place();

  @Option(
      names = "--user",
      paramLabel = "U",
      description =
          "The user who asks, once policy has to know; without it nobody answers when asked.")
  private @Nullable String user;

  @Option(
      names = "--groups",
      paramLabel = "A,B",
      split = ",",
      description = "The user's groups. Default: those of the group file.")
  private List<String> groups = List.of();

  @Option(
      names = "--device",
      paramLabel = "IP",
      defaultValue = "127.0.0.1",
      description = "The client's address. Default: ${DEFAULT-VALUE}.")
  private String device = "127.0.0.1";

  @Option(
      names = "--method",
      paramLabel = "M",
      defaultValue = "GET",
      description = "The method. Default: ${DEFAULT-VALUE}.")
  private String method = "GET";

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "When, in ISO 8601 such as 2026-11-24T09:00:00+09:00. Default: now.")
  private @Nullable String at;

  @Option(
      names = "--address",
      paramLabel = "IP",
      split = ",",
      description =
          "The origin's addresses. Default: what the name resolves to, as the section 'names' says.")
  private List<String> addresses = List.of();

  @Option(
      names = "--content-type",
      paramLabel = "TYPE",
      description = "The response's media type, for rules that look at it.")
  private @Nullable String contentType;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      defaultValue = "-1",
      description = "The response's declared size; with --content-type.")
  private long size = -1;

  @Parameters(
      paramLabel = "URL",
      description = "http://host/path, https://host/path, or host:port for a CONNECT.")
  private String url = "";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    try (CompileFolder folder = CompileFolder.of(place.state())) {
      return explain(folder.path());
    }
  }

  private int explain(Path state) {
    Problems problems = new Problems();
    Optional<Configuration> configuration =
        Configuration.load(place.config(), problems).filter(_ -> !problems.hasErrors());
    Optional<Policy> policy =
        configuration.flatMap(
            read -> PolicyInForce.compile(read.policy(), read.identity(), state, problems));
    if (configuration.isEmpty() || policy.isEmpty() || problems.hasErrors()) {
      problems.all().forEach(spec.commandLine().getErr()::println);
      throw new UserError("The configuration has errors, so nothing can be explained.");
    }
    PrintWriter out = spec.commandLine().getOut();
    try {
      IdentityConfig identity = configuration.get().identity();
      Supposed supposed = supposed(identity, out);
      NameLookup names = new NameLookup(configuration.get().names());
      return explain(new Explaining(policy.get(), identity, supposed, names, out));
    } catch (MalformedException e) {
      throw new UserError(
          "'" + url + "' or an address given cannot be asked for: " + e.reason() + ".");
    } finally {
      out.flush();
    }
  }

  private int explain(Explaining explaining) throws MalformedException {
    if (url.startsWith("http://")) {
      return explaining.plain(HttpUrl.parse(url));
    }
    return url.startsWith("https://")
        ? explaining.secure(HttpUrl.parse(url))
        : explaining.tunnel(Authority.parse(url, 0));
  }

  private Supposed supposed(IdentityConfig identity, PrintWriter out) throws MalformedException {
    List<IpAddress> origin = new ArrayList<>();
    for (String address : addresses) {
      origin.add(IpAddress.parse(address));
    }
    return new Supposed(
        IpAddress.parse(device),
        timeMicros(),
        method,
        Optional.ofNullable(user).map(name -> who(name, identity, out)),
        origin,
        Optional.ofNullable(contentType)
            .map(type -> new Supposed.Response(type.toLowerCase(Locale.ROOT), size)));
  }

  /** The user with the groups given, or those of the group file. */
  private Supposed.Who who(String name, IdentityConfig identity, PrintWriter out) {
    Set<String> known =
        switch (identity) {
          case IdentityConfig.Nobody _ -> Set.of();
          case IdentityConfig.Asked asked -> {
            if (!asked.users().names().contains(name)) {
              out.println("There is no user '" + name + "' in the password file.");
            }
            yield asked.users().groups(name);
          }
        };
    return new Supposed.Who(name, groups.isEmpty() ? known : Set.copyOf(groups));
  }

  private long timeMicros() {
    try {
      Instant when = at == null ? Instant.now() : OffsetDateTime.parse(at).toInstant();
      return when.getEpochSecond() * 1_000_000 + when.getNano() / 1_000;
    } catch (DateTimeParseException _) {
      throw new UserError(
          "--at: '" + at + "' is not a time; write it like 2026-11-24T09:00:00+09:00.");
    }
  }
}
