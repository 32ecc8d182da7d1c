package dev.sekisho.policy;

import dev.sekisho.config.Problems;
import dev.sekisho.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The compiled policy: immutable, shared by all event loops, replaced as a whole on reload. {@link
 * PolicyConfig} makes it.
 *
 * <p>Deciding never blocks. What it works with on the way is kept per thread, so a decision leaves
 * nothing behind but itself.
 */
public final class Policy {
  private final Tables tables;
  private final RuleIndex rules;
  private final RuleIndex never;
  private final Rule otherwise;
  private final boolean hostOnly;
  private final ThreadLocal<View> views;

  /** The last of the rules is the default, which has no condition. */
  Policy(Tables tables, List<Rule> rules, List<Rule> never) {
    this.tables = tables;
    this.rules = new RuleIndex(List.copyOf(rules), tables);
    this.never = new RuleIndex(List.copyOf(never), tables);
    this.otherwise = rules.getLast();
    this.hostOnly =
        rules.stream()
            .anyMatch(rule ->
                rule.outcome() instanceof Outcome.Allows allows
                    && allows.obligations().log() == Obligations.Log.HOST);
    this.views = ThreadLocal.withInitial(() -> new View(tables));
  }

  /** Decides by what is known so far (docs/policy.md has the rules). Never throws, never blocks. */
  public Decision decide(Facts facts) {
    View view = views.get();
    Seal seal = look(view, facts);
    Candidates candidates = view.candidates();
    rules.find(view, candidates);
    Walk walk = view.walk();
    for (int number = candidates.next(); number >= 0; number = candidates.next()) {
      Rule rule = rules.rule(number);
      if (walk.step(rule, rules.test(rule, view)) == Walk.Step.ENDED) {
        return afterSeal(walk.end(rule, this, view.seen()), seal, this, view.seen());
      }
    }
    throw new IllegalStateException("the default ends every walk");
  }

  /**
   * Every rule in order with what each condition was, and the same decision as {@link #decide}
   * gives.
   */
  public Explanation explain(Facts facts) {
    View view = new View(tables);
    Seal seal = look(view, facts);
    return new Explainer(this, view, seal).explain();
  }

  /** Looks at the facts as far as {@code inspect.never} leaves them to be seen. */
  private Seal look(View view, Facts facts) {
    view.look(Seen.of(facts));
    Seal seal = facts.state(Facts.Group.REQUEST) == Facts.State.UNKNOWN ? seal(view) : OPEN;
    if (seal instanceof Seal.Sealed) {
      view.look(Seen.sealed(facts));
    }
    return seal;
  }

  /** Before TLS is opened it must be certain that no rule forbids it. */
  static Decision afterSeal(Decision decision, Seal seal, Policy policy, Seen seen) {
    boolean opens =
        decision instanceof Decision.Learn learn
            && (learn.need() == Facts.Group.REQUEST || learn.need() == Facts.Group.RESPONSE);
    if (opens && seal instanceof Seal.Learn first) {
      Rule rule =
          policy.never.rules().stream()
              .filter(r -> r.name().equals(first.rule()))
              .findFirst()
              .orElseThrow();
      return new Decision.Learn(new Why(policy, rule, seen), first.need(), decision.observed());
    }
    return decision;
  }

  /**
   * What {@code inspect.never} says. Whoever opens TLS asks this first. It is absolute, so what
   * cannot be known keeps a connection sealed, as in a deny rule.
   */
  public Seal seal(Facts facts) {
    return seal(views.get().look(Seen.of(facts)));
  }

  /**
   * Whether the TLS of a CONNECT is opened, and why, by what {@link #decide} said of these very
   * facts. TLS is opened for what a rule needs of it, for what an allowance obliges to, and so that
   * a refusal can be shown; never against {@code inspect.never}. Where the request is known or
   * unknowable there is nothing to open.
   */
  public Opening opening(Facts facts, Decision decision) {
    if (facts.state(Facts.Group.REQUEST) != Facts.State.UNKNOWN) {
      return CLOSED;
    }
    return switch (decision) {
      case Decision.Learn learn ->
          switch (learn.need()) {
            case WHO, ADDRESS -> new Opening.Learn(learn.need(), learn.rule());
            case REQUEST -> openUnlessSealed(facts, subject(decision) + " needs the URL");
            case RESPONSE -> openUnlessSealed(facts, subject(decision) + " needs the response");
          };
      case Decision.Allow allow ->
          obliged(allow.obligations())
              .map(what -> openUnlessSealed(facts, subject(decision) + what))
              .orElse(CLOSED);
      case Decision.Deny _ ->
          switch (seal(facts)) {
            case Seal.Open _ -> new Opening.Open("the refusal is shown inside");
            case Seal.Sealed sealed -> new Opening.Closed(Optional.of(sealed.rule()));
            case Seal.Learn _ -> CLOSED;
          };
    };
  }

  private Opening openUnlessSealed(Facts facts, String because) {
    return switch (seal(facts)) {
      case Seal.Open _ -> new Opening.Open(because);
      case Seal.Sealed sealed -> new Opening.Closed(Optional.of(sealed.rule()));
      case Seal.Learn learn -> new Opening.Learn(learn.need(), learn.rule());
    };
  }

  /** What an allowance obliges to that needs open TLS. */
  private static Optional<String> obliged(Obligations obligations) {
    return switch (obligations.scan()) {
      case ALL -> Optional.of(" has bodies scanned");
      case NONE ->
          switch (obligations.log()) {
            case URL -> Optional.of(" has the URL logged");
            case HOST -> Optional.empty();
          };
    };
  }

  private String subject(Decision decision) {
    String rule = decision.rule();
    return rule.equals(otherwise.name()) ? "the default" : "the rule '" + rule + "'";
  }

  private Seal seal(View view) {
    if (never.rules().isEmpty()) {
      return OPEN;
    }
    Candidates candidates = view.candidates();
    never.find(view, candidates);
    Seal undecided = OPEN;
    for (int number = candidates.next(); number >= 0; number = candidates.next()) {
      Rule rule = never.rule(number);
      Truth truth = never.test(rule, view);
      if (rule.holds(truth)) {
        return new Seal.Sealed(rule.name());
      }
      if (truth.kind() == Truth.Kind.UNKNOWN && undecided instanceof Seal.Open) {
        undecided = new Seal.Learn(rule.name(), Truth.earliest(truth.mask()));
      }
    }
    return undecided;
  }

  private static final Seal OPEN = new Seal.Open();
  private static final Opening CLOSED = new Opening.Closed(Optional.empty());

  /** The device the address belongs to (the first configured that contains it), or null. */
  public @Nullable String device(IpAddress client) {
    return tables.devices().name(client);
  }

  /**
   * The categories of what is asked for, as far as it is known: for a path with several readings,
   * by any of them.
   */
  public List<String> categories(Facts facts) {
    if (tables.catalogue().size() == 0) {
      return List.of();
    }
    View view = views.get().look(Seen.of(facts));
    List<String> names = new ArrayList<>(2);
    for (int number = 0; number < tables.catalogue().size(); number++) {
      Catalogue.Entry entry = tables.catalogue().entries().get(number);
      boolean url =
          view.seen().request == Facts.State.KNOWN
              && view.hasUrls(number)
              && view.url(number, Sense.DENY);
      if (entry.kind() == Catalogue.Kind.CATEGORY && (view.member(number) || url)) {
        names.add(entry.name());
      }
    }
    return List.copyOf(names);
  }

  /**
   * Whether the rule that allows this exchange names the address itself, so that a special-purpose
   * address may be dialled: in {@code to.address} (a range of everything names nothing), or because
   * the client asked for this very address and {@code to.host} has it. The default names nothing.
   * While the decision still waits for the response, every rule that may yet allow it has to.
   */
  public boolean namesAddress(Facts facts, IpAddress address) {
    return switch (decide(facts)) {
      case Decision.Allow allow ->
          allow.why().deciding().names(tables.hash(), facts.host(), address);
      case Decision.Deny _ -> false;
      case Decision.Learn _ -> everyAllowStillPossibleNames(facts, address);
    };
  }

  private boolean everyAllowStillPossibleNames(Facts facts, IpAddress address) {
    View view = views.get();
    look(view, facts);
    Candidates candidates = view.candidates();
    rules.find(view, candidates);
    Walk walk = view.walk();
    boolean named = false;
    for (int number = candidates.next(); number >= 0; number = candidates.next()) {
      Rule rule = rules.rule(number);
      Walk.Step step = walk.step(rule, rules.test(rule, view));
      boolean possible = step == Walk.Step.SET_ASIDE || step == Walk.Step.ENDED;
      if (possible && rule.outcome() instanceof Outcome.Allows) {
        if (!rule.names(tables.hash(), facts.host(), address)) {
          return false;
        }
        named = true;
      }
      if (step == Walk.Step.ENDED) {
        return named;
      }
    }
    throw new IllegalStateException("the default ends every walk");
  }

  /**
   * Warns of rules that cannot work where some facts can never be learnt.
   *
   * @param where the listener or the kind of exchange, as in "through a CONNECT tunnel"
   */
  public void warn(String where, Set<Facts.Group> unknowable, Problems problems) {
    PolicyWarnings.unknowable(rules.rules(), where, unknowable, problems);
    PolicyWarnings.unknowableNever(never.rules(), where, unknowable, problems);
  }

  /** Warns of rules that ask for users or groups which are in no file of users or groups. */
  public void warnOfStrangers(Set<String> users, Set<String> groups, Problems problems) {
    List<Rule> all = new ArrayList<>(rules.rules());
    all.addAll(never.rules());
    PolicyWarnings.strangers(all, users, groups, problems);
  }

  /** Whether there is a rule that allows with {@code log: host}. */
  public boolean mayLogHostOnly() {
    return hostOnly;
  }

  /** How many rules there are, without the default. */
  public int size() {
    return rules.rules().size() - 1;
  }

  /** What the default does: {@code allow} or {@code deny}. */
  public String defaultAction() {
    return otherwise.outcome().action();
  }

  List<Rule> rules() {
    return rules.rules();
  }

  Rule otherwise() {
    return otherwise;
  }

  /**
   * A view of its own for telling, so that a decision under way on this thread is not disturbed.
   */
  View view(Seen seen) {
    return new View(tables).look(seen);
  }
}
