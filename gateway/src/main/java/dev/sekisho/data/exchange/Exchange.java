package dev.sekisho.data.exchange;

import dev.sekisho.identity.Identity;
import dev.sekisho.journal.Record;
import dev.sekisho.journal.RecordId;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import dev.sekisho.policy.Decision;
import dev.sekisho.policy.Facts;
import dev.sekisho.policy.Obligations;
import dev.sekisho.policy.Opening;
import dev.sekisho.policy.Policy;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The life of a request. Read {@link #step} first: it lists the phases in order and does nothing
 * else. Each phase says what it came to ({@link Step}); what has to wait is asked of the {@link
 * Carrier}, and its answer comes back as one of the events below. Whatever happens, an exchange
 * ends once, in {@link #end}, with one closed record.
 *
 * <p>A CONNECT and a request pass through the same phases; those that are not theirs they go
 * through at once. A CONNECT that is opened stays in {@link Phase#OPEN} until its connection is
 * over, while every request inside is an exchange of its own.
 *
 * <p>There are no sockets, threads or clocks here. An exchange lives on one event loop.
 */
public final class Exchange {
  private final Errand errand;
  private final Asked asked;
  private final Asker asker;
  private final Known known;
  private final Carrier carrier;
  private final Gate gate;
  private final Policy policy;
  private final Facts facts;
  private final Entry entry;

  private Phase phase = Phase.IDENTIFY;
  private Progress progress = Progress.RUNNING;
  private Decided decided = Decided.PENDING;
  private Obligations obligations = Obligations.DEFAULT;
  private Optional<Ending.Denied> denial;
  private List<IpAddress> addresses = List.of();
  private Carrier.Connection connection = Carrier.Connection.ANY;

  /**
   * @param record begun by the caller with who and when; the exchange fills in the rest
   */
  public Exchange(Errand errand, Asker asker, Record record, Gate gate) {
    this.errand = errand;
    this.asked = errand.asked();
    this.asker = asker;
    this.carrier = errand.carrier();
    this.gate = gate;
    this.policy = gate.policy().get();
    this.known = new Known(asked, asker, record.startMicros);
    this.facts = known.facts();
    this.entry = new Entry(record, asker.address(), policy, gate);
    this.denial = asker.line().flatMap(Asker.Line::denial);
    entry.describe(asked, asker, facts);
    if (asker.who() instanceof Asker.Who.Proved proved) {
      learnWho(proved);
    }
  }

  /** The life of a request, in order. */
  private Step step() {
    return switch (phase) {
      case IDENTIFY -> identify();
      case DECIDE -> decide();
      case ROUTE -> route();
      case RESOLVE -> resolve();
      case CHECK -> check();
      case RECORD -> openRecord();
      case OPEN -> open();
      case SCAN_UPLOAD -> ifScanned(RequestCarrier::scanUpload);
      case RECALL -> ifScanned(RequestCarrier::recall);
      case DIAL -> dial();
      case FORWARD -> forward();
      case JUDGE -> judge();
      case SCAN_DOWNLOAD -> ifScanned(request -> request.scanDownload(obligations.deliver()));
      case DELIVER -> deliver();
      case DONE -> Step.end(new Ending.Delivered());
    };
  }

  /** Sets it going. Called once. */
  public void begin() {
    run();
  }

  // The phases.

  private Step identify() {
    if (asker.who() instanceof Asker.Who.Presented(String credentials)) {
      carrier.identify(credentials);
      return Step.AWAIT;
    }
    return Step.GO;
  }

  private Step decide() {
    if (denial.isPresent()) {
      return Step.end(denial.get());
    }
    return heed(policy.decide(facts));
  }

  private Step route() {
    if (decided != Decided.OPENING) {
      entry.route("direct");
    }
    return Step.GO;
  }

  private Step resolve() {
    if (decided == Decided.OPENING) {
      return Step.GO;
    }
    return switch (known.destination()) {
      case IpAddress address -> {
        addresses = List.of(address);
        yield Step.GO;
      }
      case DomainName name -> {
        carrier.resolve(name);
        yield Step.AWAIT;
      }
    };
  }

  private Step check() {
    if (decided == Decided.OPENING) {
      return Step.GO;
    }
    for (IpAddress address : addresses) {
      if (gate.self().test(address, known.port())) {
        return Step.end(Stopped.LOOP);
      }
    }
    AddressCheck check = AddressCheck.of(addresses);
    addresses = check.addresses();
    facts.addresses(addresses);
    boolean again =
        decided == Decided.AFTER_ADDRESS || check.reach() == AddressCheck.Reach.WHERE_NAMED;
    Step step = again ? heed(policy.decide(facts)) : Step.GO;
    return step instanceof Step.Go && decided != Decided.OPENING
        ? check
            .refusal(policy, known)
            .or(() -> OtherNames.ofRequest(policy, known))
            .map(Step::end)
            .orElse(Step.GO)
        : step;
  }

  /** Nothing goes out of a refused CONNECT, so nothing has to be written down before. */
  private Step openRecord() {
    if (entry.opened() || denial.isPresent()) {
      return Step.GO;
    }
    return entry.open(
        decided == Decided.AFTER_RESPONSE
            ? Entry.Shown.HOST_WHILE_UNDECIDED
            : Entry.Shown.AS_DECIDED);
  }

  private Step open() {
    return switch (errand) {
      case Errand.Line(_, LineCarrier line) when decided == Decided.OPENING -> {
        entry.answered(200);
        line.open(known.inherited(), denial);
        yield Step.AWAIT;
      }
      case Errand.Line _, Errand.Request _ -> Step.GO;
    };
  }

  private Step dial() {
    carrier.dial(addresses, known.port(), connection);
    return Step.AWAIT;
  }

  private Step forward() {
    return switch (errand) {
      case Errand.Line _ -> Step.GO;
      case Errand.Request(_, RequestCarrier request) -> {
        request.forward(obligations.scan());
        yield Step.AWAIT;
      }
    };
  }

  private Step judge() {
    return decided == Decided.AFTER_RESPONSE ? heed(policy.decide(facts)) : Step.GO;
  }

  private Step ifScanned(Consumer<RequestCarrier> body) {
    if (errand instanceof Errand.Request(_, RequestCarrier request)
        && obligations.scan() == Obligations.Scan.ALL) {
      body.accept(request);
      return Step.AWAIT;
    }
    return Step.GO;
  }

  private Step deliver() {
    switch (errand) {
      case Errand.Line(_, LineCarrier line) -> {
        entry.answered(200);
        line.tunnel();
      }
      case Errand.Request(_, RequestCarrier request) -> request.deliver();
    }
    return Step.AWAIT;
  }

  // Events: what the world answered. Each ends the phase that waited for it.

  /** What the client said about itself was checked. */
  public void identified(Identity.Answer answer) {
    if (progress != Progress.RUNNING) {
      return;
    }
    if (answer instanceof Identity.Answer.Known(var user, var groups, var by)) {
      learnWho(new Asker.Who.Proved(user, groups, by));
    } else {
      known.notProved(answer);
      entry.notProved(answer);
    }
    proceed();
  }

  /** The name has these addresses; at least one. */
  public void resolved(List<IpAddress> answer) {
    if (progress == Progress.RUNNING) {
      addresses = answer;
      proceed();
    }
  }

  /**
   * TLS came through the CONNECT. May end the exchange.
   *
   * @param serverName the name it is for; null when the client gave none
   * @return what requests inside are refused with, because of that name
   */
  public Optional<Ending.Denied> greeted(@Nullable Host serverName) {
    if (progress != Progress.RUNNING || serverName == null) {
      return Optional.empty();
    }
    entry.hello(serverName.text());
    known.named(serverName);
    return switch (OtherNames.inTls(policy, known, serverName, asked.port())) {
      case OtherNames.Named.Fine _ -> Optional.empty();
      case OtherNames.Named.Denied(Ending.Denied refusal) -> {
        denial = Optional.of(refusal);
        yield denial;
      }
      case OtherNames.Named.Neither(Ending.Denied refusal) -> {
        end(refusal);
        yield Optional.empty();
      }
    };
  }

  /** What came through the CONNECT cannot be opened. */
  public void unopened(Unopened why) {
    if (progress != Progress.RUNNING) {
      return;
    }
    switch (gate.unopened().getOrDefault(why, Unopened.Outcome.DENY)) {
      case DENY -> end(Stopped.unopened(why));
      case TUNNEL -> {
        entry.sealed(Stopped.sealed(why));
        known.sealed();
        decided = Decided.PENDING;
        phase = Phase.DECIDE;
        run();
      }
    }
  }

  /** The connection of the CONNECT that was opened is over, and every exchange inside it. */
  public void lineOver() {
    if (progress == Progress.RUNNING) {
      end(new Ending.Delivered());
    }
  }

  /** A body was scanned, or there is none. */
  public void scanned(Scanned scanned) {
    if (progress != Progress.RUNNING) {
      return;
    }
    if (scanned instanceof Scanned.Judged(Verdict verdict)) {
      entry.verdict(Stopped.direction(phase), verdict);
    }
    Stopped.by(scanned, phase).ifPresentOrElse(this::end, this::proceed);
  }

  /** One of many messages was scanned, or was not. May end the exchange. */
  public void judged(Scanner.Direction direction, Verdict verdict) {
    if (progress == Progress.RUNNING) {
      entry.message(direction, verdict);
      Stopped.by(verdict, direction).ifPresent(this::end);
    }
  }

  /** The origin has to be asked. */
  public void nothingKept() {
    if (progress == Progress.RUNNING) {
      proceed();
    }
  }

  /** Connected to this address. */
  public void dialled(IpAddress address) {
    if (progress == Progress.RUNNING) {
      entry.connected(address.text());
      proceed();
    }
  }

  /** What TLS towards the origin came to; before {@link #dialled}. */
  public void secured(String version, String cipher) {
    entry.secured(version, cipher);
  }

  /**
   * The head of the final response is here.
   *
   * @param contentType type and subtype in lower case, or null
   * @param size the declared size, or -1
   */
  public void responded(int status, @Nullable String contentType, long size) {
    if (progress == Progress.RUNNING) {
      entry.responded(status, contentType);
      facts.response(contentType, size);
      phase = Phase.JUDGE;
      run();
    }
  }

  /** The client gets another status than the origin gave: a part of the whole that was fetched. */
  public void answeredWith(int status) {
    entry.answered(status);
  }

  /** Everything reached the client. */
  public void delivered() {
    if (progress == Progress.RUNNING) {
      proceed();
    }
  }

  /**
   * What was asked for could not be done. A used connection that turned out to be stale is replaced
   * once, where that is safe.
   */
  public void failed(Failure failure) {
    if (progress != Progress.RUNNING) {
      return;
    }
    boolean stale =
        phase == Phase.FORWARD
            && failure.retry() == Failure.Retry.SAFE
            && failure.side() == Failure.Side.ORIGIN;
    if (stale && connection == Carrier.Connection.ANY) {
      connection = Carrier.Connection.NEW;
      phase = Phase.DIAL;
      run();
      return;
    }
    end(new Ending.Failed(failure));
  }

  /** The client closed its connection. */
  public void clientLeft() {
    if (progress == Progress.RUNNING) {
      end(Stopped.CLIENT_LEFT);
    }
  }

  public boolean over() {
    return progress == Progress.ENDED;
  }

  public Phase phase() {
    return phase;
  }

  public RecordId id() {
    return entry.id();
  }

  /** The user who proved to be one; empty for everybody else. */
  public String user() {
    return known.userName();
  }

  // How it goes on, and how it ends.

  private void proceed() {
    phase = phase.next();
    run();
  }

  private void run() {
    while (progress == Progress.RUNNING) {
      switch (step()) {
        case Step.Go _ -> phase = phase.next();
        case Step.Await _ -> {
          return;
        }
        case Step.End(Ending ending) -> end(ending);
      }
    }
  }

  /**
   * What policy said becomes a step. What it needs to learn is learnt in a later phase, which asks
   * again. A CONNECT is opened where policy needs to see inside, and to show a refusal.
   */
  private Step heed(Decision decision) {
    entry.note(decision);
    if (!known.mayBeOpened()) {
      return take(decision);
    }
    return switch (policy.opening(facts, decision)) {
      case Opening.Open(String because) -> {
        decided = Decided.OPENING;
        entry.opening(because);
        switch (decision) {
          case Decision.Deny deny -> {
            denial = Optional.of(new Ending.Denied(deny.rule(), deny.reason()));
            entry.denied(deny.rule(), deny.reason());
          }
          case Decision.Allow _ -> entry.allowed(Obligations.DEFAULT);
          case Decision.Learn _ -> entry.openedToLearn();
        }
        yield Step.GO;
      }
      case Opening.Closed closed -> {
        if (decision instanceof Decision.Allow) {
          closed.sealedBy().ifPresent(rule -> entry.sealed("inspect.never, rule " + rule));
        }
        yield take(decision);
      }
      case Opening.Learn(Facts.Group need, String rule) -> learn(need, rule, decision.reason());
    };
  }

  private Step take(Decision decision) {
    return switch (decision) {
      case Decision.Allow allow -> {
        decided = Decided.ALLOWED;
        // Of several names the strictest obligations would hold; no rule's word releases them all.
        obligations =
            known.alsoNamed().isEmpty() ? allow.obligations() : allow.obligations().strict();
        entry.allowed(obligations);
        yield Step.GO;
      }
      case Decision.Deny deny -> Step.end(new Ending.Denied(deny.rule(), deny.reason()));
      case Decision.Learn learn -> learn(learn.need(), learn.rule(), learn.reason());
    };
  }

  private Step learn(Facts.Group need, String rule, String reason) {
    return switch (need) {
      case WHO -> ask(rule, reason);
      case ADDRESS -> later(Phase.CHECK, Decided.AFTER_ADDRESS, rule, reason);
      case RESPONSE -> later(Phase.JUDGE, Decided.AFTER_RESPONSE, rule, reason);
      case REQUEST -> Step.end(Stopped.notLearnable(rule, reason));
    };
  }

  private Step ask(String rule, String reason) {
    Optional<String> challenge = gate.identity().challenge();
    return Step.end(
        challenge.isPresent() && asker.line().isEmpty()
            ? Stopped.who(known.user(), rule, reason, challenge.get())
            : Stopped.notLearnable(rule, reason));
  }

  private Step later(Phase when, Decided then, String rule, String reason) {
    if (phase.compareTo(when) >= 0) {
      return Step.end(Stopped.notLearnable(rule, reason));
    }
    decided = then;
    return Step.GO;
  }

  /**
   * The one place where an exchange ends. The record is closed before the client hears of a
   * refusal, so that none is lost.
   */
  private void end(Ending ending) {
    progress = Progress.ENDED;
    carrier.untold().ifPresent(entry::among);
    entry.moved(phase, carrier.bytesUp(), carrier.bytesDown());
    entry.ended(ending);
    Optional<Refusal> refusal = Refusal.of(ending, entry.id(), known.subject());
    if (refusal.isPresent() && !carrier.responseBegun()) {
      entry.refused(refusal.get().status());
    }
    entry.close(carrier.nowMicros());
    if (refusal.isPresent()) {
      carrier.refuse(refusal.get());
    } else if (ending instanceof Ending.Failed) {
      carrier.abandon();
    }
  }

  private void learnWho(Asker.Who.Proved who) {
    known.proved(who);
    entry.who(who);
  }

  private enum Progress {
    RUNNING,
    ENDED
  }

  private enum Decided {
    PENDING,
    ALLOWED,
    AFTER_ADDRESS,
    AFTER_RESPONSE,
    /** A CONNECT that is opened: what goes out is decided inside. */
    OPENING
  }
}
