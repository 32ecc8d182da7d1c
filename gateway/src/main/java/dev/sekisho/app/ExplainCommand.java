package dev.sekisho.app;

import dev.sekisho.config.Problems;
import dev.sekisho.data.exchange.AddressCheck;
import dev.sekisho.data.exchange.Ending;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.names.Resolver;
import dev.sekisho.net.Authority;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.Host;
import dev.sekisho.net.HttpUrl;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import dev.sekisho.policy.Decision;
import dev.sekisho.policy.Facts;
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
import java.util.stream.Collectors;
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
      "An https URL is asked for by CONNECT, so in this version only its host and port are seen. Status 0 allowed, 3 denied."
    })
final class ExplainCommand implements Callable<Integer> {
  @Mixin private Place place = new Place();

  @Option(
      names = "--user",
      paramLabel = "U",
      description = "The user who asks; known only where users are asked for.")
  private @Nullable String user;

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
        configuration.flatMap(read -> PolicyInForce.compile(read.policy(), read.identity(), state, problems));
    if (configuration.isEmpty() || policy.isEmpty() || problems.hasErrors()) {
      problems.all().forEach(spec.commandLine().getErr()::println);
      throw new UserError("The configuration has errors, so nothing can be explained.");
    }
    PrintWriter out = spec.commandLine().getOut();
    try {
      return explain(policy.get(), new NameLookup(configuration.get().names()), out);
    } catch (MalformedException e) {
      throw new UserError(
          "'" + url + "' or an address given cannot be asked for: " + e.reason() + ".");
    } finally {
      out.flush();
    }
  }

  private int explain(Policy policy, NameLookup names, PrintWriter out) throws MalformedException {
    Facts facts = facts();
    Decision decision = policy.decide(facts);
    if (decision instanceof Decision.Deny) {
      return tell(policy, facts, out);
    }
    List<IpAddress> known = addresses(facts.host(), names, decision, out);
    Optional<Ending.Denied> refused =
        known.isEmpty() ? Optional.empty() : check(policy, facts, known, decision);
    if (refused.isPresent()) {
      tell(policy, facts, out);
      out.println("deny: '" + refused.get().rule() + "': " + refused.get().reason());
      return Exit.DENIED;
    }
    if (contentType != null
        && policy.decide(facts) instanceof Decision.Learn learn
        && learn.need() == Facts.Group.RESPONSE) {
      facts.response(contentType.toLowerCase(Locale.ROOT), size);
    }
    return tell(policy, facts, out);
  }

  private static int tell(Policy policy, Facts facts, PrintWriter out) {
    var explanation = policy.explain(facts);
    explanation.lines().forEach(out::println);
    return switch (explanation.decision()) {
      case Decision.Allow _ -> Exit.FINE;
      case Decision.Deny _ -> Exit.DENIED;
      case Decision.Learn _ -> {
        out.println(
            "The request is let go, and decided when the response's head is there (say what it is with --content-type).");
        yield Exit.FINE;
      }
    };
  }

  /**
   * As the gateway does: the address is looked at after the first decision, and told to policy
   * where it asked or where the address is special.
   */
  private static Optional<Ending.Denied> check(
      Policy policy, Facts facts, List<IpAddress> known, Decision before) {
    AddressCheck check = AddressCheck.of(known);
    boolean asked = before instanceof Decision.Learn;
    if (!asked && check.reach() == AddressCheck.Reach.ANYBODY) {
      return Optional.empty();
    }
    facts.addresses(check.addresses());
    return policy.decide(facts) instanceof Decision.Deny
        ? Optional.empty()
        : check.refusal(policy, facts, facts.host());
  }

  /** Where the origin is: as given, as written, or as resolved; empty when nobody knows. */
  private List<IpAddress> addresses(Host host, NameLookup names, Decision before, PrintWriter out)
      throws MalformedException {
    return switch (host) {
      case IpAddress literal -> List.of(literal);
      case DomainName name when addresses.isEmpty() -> resolve(name, names, before, out);
      case DomainName _ -> given();
    };
  }

  private static List<IpAddress> resolve(
      DomainName name, NameLookup names, Decision before, PrintWriter out) {
    return switch (names.ask(name)) {
      case Resolver.Answer.Addresses(List<IpAddress> found) -> {
        out.println(
            name.text()
                + " resolves to "
                + found.stream().map(IpAddress::text).collect(Collectors.joining(", "))
                + ".");
        yield found;
      }
      case Resolver.Answer.Failed(Failure failure) -> {
        if (before instanceof Decision.Learn learn && learn.need() == Facts.Group.ADDRESS) {
          throw new UserError(
              failure.detail()
                  + " Policy asks for the address of "
                  + name.text()
                  + "; give it with --address.");
        }
        out.println(
            failure.detail()
                + " The gateway could not reach it either; what follows is policy's answer without an address.");
        yield List.of();
      }
    };
  }

  private List<IpAddress> given() throws MalformedException {
    List<IpAddress> parsed = new ArrayList<>();
    for (String address : addresses) {
      parsed.add(IpAddress.parse(address));
    }
    return parsed;
  }

  private Facts facts() throws MalformedException {
    IpAddress client = IpAddress.parse(device);
    Facts facts;
    if (url.startsWith("http://")) {
      HttpUrl parsed = HttpUrl.parse(url);
      facts = new Facts(client, timeMicros(), parsed.authority().host(), parsed.authority().port());
      facts.request("http", "http", method, parsed.path(), parsed.rawQuery());
    } else {
      Authority line =
          url.startsWith("https://") ? HttpUrl.parse(url).authority() : Authority.parse(url, 0);
      facts = new Facts(client, timeMicros(), line.host(), line.port());
      facts.requestUnknowable();
      facts.responseUnknowable();
    }
    if (user == null) {
      facts.whoUnknowable();
    } else {
      facts.who(user, Set.of());
    }
    return facts;
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
