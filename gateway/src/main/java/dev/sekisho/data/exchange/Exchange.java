package dev.sekisho.data.exchange;

import dev.sekisho.journal.Journal;
import dev.sekisho.journal.Record;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import dev.sekisho.policy.Decision;
import dev.sekisho.policy.Facts;
import dev.sekisho.policy.Obligations;
import dev.sekisho.policy.Policy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The life of a request. Read {@link #step} first: it lists the phases in order and does nothing
 * else. Each phase says what it came to ({@link Step}); what has to wait is asked of the {@link
 * Carrier}, and its answer comes back as one of the events below. Whatever happens, an exchange
 * ends once, in {@link #end}, with one closed record.
 *
 * <p>There are no sockets, threads or clocks here. An exchange lives on one event loop.
 */
public final class Exchange {
  private final Asked asked;
  private final Carrier carrier;
  private final Gate gate;
  private final Policy policy;
  private final Facts facts;
  private final Record record;

  private Phase phase = Phase.DECIDE;
  private Progress progress = Progress.RUNNING;
  private Told journal = Told.NOTHING;
  private Decided decided = Decided.PENDING;
  private List<IpAddress> addresses = List.of();
  private Carrier.Connection connection = Carrier.Connection.ANY;

  /**
   * @param record begun by the caller with who and when; the exchange fills in the rest
   */
  public Exchange(Asked asked, IpAddress client, Record record, Carrier carrier, Gate gate) {
    this.asked = asked;
    this.carrier = carrier;
    this.gate = gate;
    this.record = record;
    this.policy = gate.policy().get();
    this.facts = new Facts(client, record.startMicros, asked.host(), asked.port());
    learnFromRequest();
    describe(client);
  }

  /** The life of a request, in order. */
  private Step step() {
    return switch (phase) {
      case DECIDE -> decide();
      case ROUTE -> route();
      case RESOLVE -> resolve();
      case CHECK -> check();
      case RECORD -> openRecord();
      case DIAL -> dial();
      case FORWARD -> forward();
      case JUDGE -> judge();
      case DELIVER -> deliver();
      case DONE -> Step.end(new Ending.Delivered());
    };
  }

  /** Sets it going. Called once. */
  public void begin() {
    run();
  }

  // The phases.

  private Step decide() {
    return heed(policy.decide(facts));
  }

  private Step openRecord() {
    return switch (tell()) {
      case Journal.Appended.Written _ -> {
        journal = Told.OPENED;
        yield Step.GO;
      }
      case Journal.Appended.Refused refused ->
          switch (refused.proceed()) {
            case PASS -> {
              journal = Told.OPENED;
              yield Step.GO;
            }
            case REFUSE ->
                Step.end(
                    new Ending.Failed(
                        new Failure(
                            Failure.Side.GATEWAY,
                            Failure.Kind.JOURNAL_UNAVAILABLE,
                            Failure.Retry.SAFE,
                            "The gateway cannot write its journal and lets nothing out unrecorded: "
                                + refused.reason())));
          };
    };
  }

  /**
   * The opened record. While policy still waits for the response, and may then oblige that only the
   * host be logged, the URL is left out of it.
   */
  private Journal.Appended tell() {
    if (decided != Decided.AFTER_RESPONSE || !policy.mayLogHostOnly()) {
      return gate.appender().opened(record);
    }
    String url = record.url;
    String path = record.path;
    record.url = null;
    record.path = null;
    Journal.Appended appended = gate.appender().opened(record);
    record.url = url;
    record.path = path;
    return appended;
  }

  private Step route() {
    record.route = "direct";
    return Step.GO;
  }

  private Step resolve() {
    return switch (asked.host()) {
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
    for (IpAddress address : addresses) {
      if (gate.self().test(address, asked.port())) {
        return Step.end(
            new Ending.Failed(
                new Failure(
                    Failure.Side.CLIENT,
                    Failure.Kind.LOOP,
                    Failure.Retry.SAFE,
                    "The request leads back to this gateway.")));
      }
    }
    AddressCheck check = AddressCheck.of(addresses);
    addresses = check.addresses();
    facts.addresses(addresses);
    boolean again =
        decided == Decided.AFTER_ADDRESS || check.reach() == AddressCheck.Reach.WHERE_NAMED;
    Step step = again ? heed(policy.decide(facts)) : Step.GO;
    return step instanceof Step.Go
        ? check.refusal(policy, facts, asked.host()).map(Step::end).orElse(Step.GO)
        : step;
  }

  private Step dial() {
    carrier.dial(addresses, asked.port(), connection);
    return Step.AWAIT;
  }

  private Step forward() {
    return switch (asked) {
      case Asked.Line _ -> Step.GO;
      case Asked.Url _ -> {
        carrier.forward();
        yield Step.AWAIT;
      }
    };
  }

  private Step judge() {
    return decided == Decided.AFTER_RESPONSE ? heed(policy.decide(facts)) : Step.GO;
  }

  private Step deliver() {
    switch (asked) {
      case Asked.Line _ -> {
        record.status = 200;
        carrier.tunnel();
      }
      case Asked.Url _ -> carrier.deliver();
    }
    return Step.AWAIT;
  }

  // Events: what the world answered. Each ends the phase that waited for it.

  /** The name has these addresses; at least one. */
  public void resolved(List<IpAddress> answer) {
    if (progress == Progress.RUNNING) {
      addresses = answer;
      proceed();
    }
  }

  /** Connected to this address. */
  public void dialled(IpAddress address) {
    if (progress == Progress.RUNNING) {
      record.originIp = address.text();
      proceed();
    }
  }

  /**
   * The head of the final response is here.
   *
   * @param contentType type and subtype in lower case, or null
   * @param size the declared size, or -1
   */
  public void responded(int status, @Nullable String contentType, long size) {
    if (progress == Progress.RUNNING) {
      record.status = status;
      record.contentType = contentType;
      facts.response(contentType, size);
      proceed();
    }
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
      end(
          new Ending.Failed(
              new Failure(
                  Failure.Side.CLIENT,
                  Failure.Kind.CLIENT_LEFT,
                  Failure.Retry.UNSAFE,
                  "The client closed its connection.")));
    }
  }

  public Phase phase() {
    return phase;
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
   * again.
   */
  private Step heed(Decision decision) {
    note(decision);
    return switch (decision) {
      case Decision.Allow allow -> {
        decided = Decided.ALLOWED;
        record.decision = Record.Decided.ALLOW;
        oblige(allow.obligations());
        yield Step.GO;
      }
      case Decision.Deny deny -> Step.end(new Ending.Denied(deny.rule(), deny.reason()));
      case Decision.Learn learn ->
          switch (learn.need()) {
            case ADDRESS -> later(learn, Phase.CHECK, Decided.AFTER_ADDRESS);
            case RESPONSE -> later(learn, Phase.JUDGE, Decided.AFTER_RESPONSE);
            case WHO, REQUEST -> notLearnable(learn);
          };
    };
  }

  /**
   * What the rule asks for besides letting the exchange through. Scanning is asked for by default
   * and has no engine in this version.
   */
  private void oblige(Obligations obligations) {
    switch (obligations.log()) {
      case URL -> {}
      case HOST -> {
        record.url = null;
        record.path = null;
      }
    }
  }

  private Step later(Decision.Learn learn, Phase when, Decided then) {
    if (phase.compareTo(when) >= 0) {
      return notLearnable(learn);
    }
    decided = then;
    return Step.GO;
  }

  /**
   * Policy asks for a fact that this exchange has already given or has said to be unknowable.
   * Refusing is the safe answer.
   */
  private static Step notLearnable(Decision.Learn learn) {
    return Step.end(
        new Ending.Denied(
            learn.rule(), "Policy needs a fact that cannot be learnt: " + learn.reason()));
  }

  /**
   * The one place where an exchange ends. The record is closed before the client hears of a
   * refusal, so that none is lost.
   */
  private void end(Ending ending) {
    progress = Progress.ENDED;
    record.phase = phase.word();
    record.bytesUp = carrier.bytesUp();
    record.bytesDown = carrier.bytesDown();
    switch (ending) {
      case Ending.Delivered _ -> close();
      case Ending.Denied denied -> {
        record.decision = Record.Decided.DENY;
        record.rule = denied.rule();
        record.reason = denied.reason();
        refuse(Refusal.denied(denied, record.id, subject()));
      }
      case Ending.Failed(Failure failure) -> {
        record.errorSide = failure.side().word();
        record.errorKind = failure.kind().word();
        record.errorDetail = failure.detail();
        if (failure.kind() == Failure.Kind.CLIENT_LEFT) {
          close();
          carrier.abandon();
        } else {
          refuse(Refusal.failed(failure, record.id, subject()));
        }
      }
    }
  }

  private void refuse(Refusal refusal) {
    if (!carrier.responseBegun()) {
      record.status = refusal.status();
      record.bytesDown = 0;
    }
    close();
    carrier.refuse(refusal);
  }

  private void close() {
    record.endMicros = carrier.nowMicros();
    record.durationMicros = Math.max(0, record.endMicros - record.startMicros);
    record.fate = Record.Fate.NONE;
    if (record.decision == null && policy.mayLogHostOnly()) {
      record.url = null;
      record.path = null;
    }
    boolean write =
        switch (journal) {
          case OPENED -> true;
          case NOTHING -> !countable() || withinBurst();
        };
    if (write) {
      gate.appender().closed(record);
    }
    gate.observer().ended(record);
  }

  /** What costs the client nothing to repeat may be counted; every other failure is recorded. */
  private boolean countable() {
    return record.decision == Record.Decided.DENY
        || Failure.Kind.NAME_NOT_FOUND.word().equals(record.errorKind)
        || Failure.Kind.LOOP.word().equals(record.errorKind);
  }

  private boolean withinBurst() {
    return gate.flood().refused(facts.client(), record) == RefusalFlood.Verdict.RECORD;
  }

  private void note(Decision decision) {
    record.rule = decision.rule();
    record.observed = decision.observed();
  }

  private void learnFromRequest() {
    facts.whoUnknowable();
    switch (asked) {
      case Asked.Url url ->
          facts.request(url.scheme(), url.protocol(), url.method(), url.path(), url.query());
      case Asked.Line _ -> {
        facts.requestUnknowable();
        facts.responseUnknowable();
      }
    }
  }

  private void describe(IpAddress client) {
    record.device = policy.device(client);
    record.categories = policy.categories(facts);
    record.host = asked.host().text();
    record.port = asked.port();
    record.method = asked.method();
    record.httpVersion = asked.httpVersion();
    record.userAgent = asked.userAgent();
    if (asked instanceof Asked.Url url) {
      record.url = url.url();
      record.scheme = url.scheme();
      record.path = url.path();
    }
  }

  private String subject() {
    return switch (asked) {
      case Asked.Url url -> url.url();
      case Asked.Line line -> line.host().text() + ":" + line.port();
    };
  }

  private enum Progress {
    RUNNING,
    ENDED
  }

  private enum Told {
    NOTHING,
    OPENED
  }

  private enum Decided {
    PENDING,
    ALLOWED,
    AFTER_ADDRESS,
    AFTER_RESPONSE
  }
}
