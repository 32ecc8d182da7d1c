package dev.sekisho.app;

import dev.sekisho.data.exchange.AddressCheck;
import dev.sekisho.data.exchange.Ending;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.names.Resolver;
import dev.sekisho.identity.IdentityConfig;
import dev.sekisho.net.Authority;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.Host;
import dev.sekisho.net.HttpUrl;
import dev.sekisho.net.IpAddress;
import dev.sekisho.policy.Decision;
import dev.sekisho.policy.Facts;
import dev.sekisho.policy.Opening;
import dev.sekisho.policy.Policy;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Goes the way of a request as the running gateway does, learning what it would learn in the order
 * in which it would, and tells what was decided. An https URL goes it twice: the CONNECT first, and
 * then, where TLS is opened, the request inside, which knows who asks only if the CONNECT was
 * asked.
 */
final class Explaining {
  private final Policy policy;
  private final IdentityConfig identity;
  private final Supposed supposed;
  private final NameLookup names;
  private final PrintWriter out;
  private @Nullable List<IpAddress> found;

  Explaining(
      Policy policy,
      IdentityConfig identity,
      Supposed supposed,
      NameLookup names,
      PrintWriter out) {
    this.policy = policy;
    this.identity = identity;
    this.supposed = supposed;
    this.names = names;
    this.out = out;
  }

  /** A request in the clear. */
  int plain(HttpUrl url) {
    Facts facts = facts(url.authority());
    facts.request("http", "http", supposed.method(), url.path(), url.rawQuery());
    return settle(facts);
  }

  /** A CONNECT whose content is not looked at. */
  int tunnel(Authority line) {
    Facts facts = facts(line);
    facts.requestUnknowable();
    facts.responseUnknowable();
    return settle(facts);
  }

  /** A CONNECT, and the request inside it. */
  int secure(HttpUrl url) {
    Facts connect = facts(url.authority());
    out.println("CONNECT " + url.authority().host().text() + ":" + url.authority().port());
    return switch (opening(connect)) {
      case Opening.Learn _ -> asked(connect);
      case Opening.Closed closed -> {
        int status = settle(connect);
        out.println(
            closed
                .sealedBy()
                .map(rule -> "TLS stays closed: '" + rule + "' of inspect.never seals it.")
                .orElse("TLS stays closed: nothing needs it open."));
        yield status;
      }
      case Opening.Open(String because) -> {
        policy.explain(connect).lines().forEach(out::println);
        out.println("TLS is opened because " + because + ".");
        out.println();
        out.println(supposed.method() + " " + url.path() + " inside it");
        yield settle(inside(connect, url));
      }
    };
  }

  /** Whether TLS is opened, once all is learnt that has to be known before. */
  private Opening opening(Facts connect) {
    Opening opening = policy.opening(connect, policy.decide(connect));
    while (opening instanceof Opening.Learn learn && learn(connect, learn.need())) {
      opening = policy.opening(connect, policy.decide(connect));
    }
    return opening;
  }

  private boolean learn(Facts connect, Facts.Group need) {
    return switch (need) {
      case WHO -> prove(connect);
      case ADDRESS -> {
        connect.addresses(AddressCheck.of(addresses(connect.host(), true)).addresses());
        yield true;
      }
      case REQUEST, RESPONSE ->
          throw new IllegalStateException("TLS is opened to learn " + need + ", not before");
    };
  }

  /** What was not learnt at the CONNECT about who asks is not learnt inside. */
  private Facts inside(Facts connect, HttpUrl url) {
    Facts facts = facts(url.authority());
    facts.request("https", "http", supposed.method(), url.path(), url.rawQuery());
    String user = connect.user();
    if (user == null) {
      facts.whoUnknowable();
    } else {
      facts.who(user, connect.groups());
    }
    return facts;
  }

  private Facts facts(Authority line) {
    Facts facts = new Facts(supposed.client(), supposed.timeMicros(), line.host(), line.port());
    switch (identity) {
      case IdentityConfig.Asked _ -> {
        // learnt when policy asks for it
      }
      case IdentityConfig.Nobody _ -> {
        if (!prove(facts)) {
          facts.whoUnknowable();
        }
      }
    }
    return facts;
  }

  /** Whether somebody is supposed who can be asked; then it is told to policy. */
  private boolean prove(Facts facts) {
    supposed.who().ifPresent(who -> facts.who(who.user(), who.groups()));
    return supposed.who().isPresent();
  }

  /** Decides, and asks who where policy has to know and somebody answers. */
  private Decision decide(Facts facts) {
    Decision decision = policy.decide(facts);
    return needs(decision, Facts.Group.WHO) && prove(facts) ? policy.decide(facts) : decision;
  }

  private static boolean needs(Decision decision, Facts.Group group) {
    return decision instanceof Decision.Learn learn && learn.need() == group;
  }

  private int settle(Facts facts) {
    Decision decision = decide(facts);
    if (decision instanceof Decision.Deny || needs(decision, Facts.Group.WHO)) {
      return tell(facts);
    }
    List<IpAddress> known = addresses(facts.host(), needs(decision, Facts.Group.ADDRESS));
    AddressCheck check = AddressCheck.of(known);
    boolean again =
        decision instanceof Decision.Learn || check.reach() == AddressCheck.Reach.WHERE_NAMED;
    if (!known.isEmpty() && again) {
      // as the gateway does: told to policy where it asked, or where the address is special
      facts.addresses(check.addresses());
      decision = decide(facts);
      Optional<Ending.Denied> refused = check.refusal(policy, facts, facts.host());
      boolean refuses = !(decision instanceof Decision.Deny || needs(decision, Facts.Group.WHO));
      if (refuses && refused.isPresent()) {
        tell(facts);
        out.println("deny: '" + refused.get().rule() + "': " + refused.get().reason());
        return Exit.DENIED;
      }
    }
    if (needs(policy.decide(facts), Facts.Group.RESPONSE)) {
      supposed.response().ifPresent(r -> facts.response(r.contentType(), r.size()));
    }
    return tell(facts);
  }

  private int asked(Facts facts) {
    policy.explain(facts).lines().forEach(out::println);
    out.println(
        "The client is asked who it is (407), and refused until it proves it (say who with --user).");
    return Exit.DENIED;
  }

  private int tell(Facts facts) {
    var explanation = policy.explain(facts);
    if (needs(explanation.decision(), Facts.Group.WHO)) {
      return asked(facts);
    }
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

  /** Where the origin is: as given, as written, or as resolved; empty when nobody knows. */
  private List<IpAddress> addresses(Host host, boolean needed) {
    List<IpAddress> before = found;
    if (before != null) {
      return before;
    }
    List<IpAddress> now =
        switch (host) {
          case IpAddress literal -> List.of(literal);
          case DomainName name when supposed.addresses().isEmpty() -> resolve(name, needed);
          case DomainName _ -> supposed.addresses();
        };
    found = now;
    return now;
  }

  private List<IpAddress> resolve(DomainName name, boolean needed) {
    return switch (names.ask(name)) {
      case Resolver.Answer.Addresses(List<IpAddress> all) -> {
        out.println(
            name.text()
                + " resolves to "
                + all.stream().map(IpAddress::text).collect(Collectors.joining(", "))
                + ".");
        yield all;
      }
      case Resolver.Answer.Failed(Failure failure) -> {
        if (needed) {
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
}
