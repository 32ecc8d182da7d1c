package dev.sekisho.app;

import dev.sekisho.config.Problems;
import dev.sekisho.net.AddressClass;
import dev.sekisho.net.Authority;
import dev.sekisho.net.HttpUrl;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import dev.sekisho.policy.Decision;
import dev.sekisho.policy.Facts;
import dev.sekisho.policy.Policy;
import java.io.PrintWriter;
import java.net.InetAddress;
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
          "The origin's addresses. Default: what the name resolves to, where policy asks.")
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
    Problems problems = new Problems();
    Path state = StateFolder.make(place.state());
    Optional<Policy> policy =
        Configuration.load(place.config(), problems)
            .filter(_ -> !problems.hasErrors())
            .flatMap(read -> PolicyInForce.compile(read.policy(), state, problems));
    if (policy.isEmpty() || problems.hasErrors()) {
      problems.all().forEach(spec.commandLine().getErr()::println);
      throw new UserError("The configuration has errors, so nothing can be explained.");
    }
    PrintWriter out = spec.commandLine().getOut();
    try {
      return explain(policy.get(), out);
    } catch (MalformedException e) {
      throw new UserError(
          "'" + url + "' or an address given cannot be asked for: " + e.reason() + ".");
    } finally {
      out.flush();
    }
  }

  private int explain(Policy policy, PrintWriter out) throws MalformedException {
    Facts facts = facts();
    Decision decision = policy.decide(facts);
    if (decision instanceof Decision.Deny) {
      return tell(policy, facts, out);
    }
    Optional<IpAddress> refused = learnAddress(policy, facts, decision, out);
    if (refused.isPresent()) {
      tell(policy, facts, out);
      IpAddress address = refused.get();
      out.println(
          "deny: "
              + address.text()
              + " is not for the internet ("
              + AddressClass.of(address).word()
              + "), and the rule that would allow it does not name it.");
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
   * where it asked.
   */
  private Optional<IpAddress> learnAddress(
      Policy policy, Facts facts, Decision before, PrintWriter out) throws MalformedException {
    List<IpAddress> known = facts.host() instanceof IpAddress literal ? List.of(literal) : given();
    boolean asked = before instanceof Decision.Learn learn && learn.need() == Facts.Group.ADDRESS;
    if (known.isEmpty() && !asked) {
      return Optional.empty();
    }
    if (known.isEmpty()) {
      out.println("Policy asks for the address; resolving " + facts.host().text() + ".");
      known = resolve(facts.host().text());
    }
    List<IpAddress> global =
        known.stream().filter(address -> AddressClass.of(address) == AddressClass.GLOBAL).toList();
    List<IpAddress> candidates = global.isEmpty() ? known : global;
    if (!global.isEmpty() && before instanceof Decision.Allow) {
      return Optional.empty();
    }
    facts.addresses(candidates);
    if (!global.isEmpty() || policy.decide(facts) instanceof Decision.Deny) {
      return Optional.empty();
    }
    return candidates.stream().filter(address -> !policy.namesAddress(facts, address)).findFirst();
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

  private static List<IpAddress> resolve(String name) {
    try {
      List<IpAddress> all = new ArrayList<>();
      for (InetAddress address : InetAddress.getAllByName(name)) {
        all.add(IpAddress.ofBytes(address.getAddress()));
      }
      return all;
    } catch (java.net.UnknownHostException _) {
      throw new UserError(
          "The name " + name + " cannot be resolved here; give its addresses with --address.");
    }
  }
}
