package dev.sekisho.data.exchange;

import dev.sekisho.identity.Identity;
import dev.sekisho.journal.Journal;
import dev.sekisho.journal.Record;
import dev.sekisho.journal.RecordId;
import dev.sekisho.net.IpAddress;
import dev.sekisho.policy.Decision;
import dev.sekisho.policy.Facts;
import dev.sekisho.policy.Obligations;
import dev.sekisho.policy.Policy;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * The record of one exchange while it is written down, and what the journal was told of it: opened
 * before the first byte goes to the origin, closed at the end, once.
 */
final class Entry {
  private final Record record;
  private final Policy policy;
  private final Gate gate;
  private final IpAddress client;
  private Told told = Told.NOTHING;
  private @Nullable String notProved;

  private enum Told {
    NOTHING,
    OPENED
  }

  Entry(Record record, IpAddress client, Policy policy, Gate gate) {
    this.record = record;
    this.client = client;
    this.policy = policy;
    this.gate = gate;
  }

  RecordId id() {
    return record.id;
  }

  // What is known.

  void describe(Asked asked, Asker asker, Facts facts) {
    record.device = policy.device(asker.address());
    record.categories = policy.categories(facts);
    record.host = asked.host().text();
    record.port = asked.port();
    record.method = asked.method();
    record.httpVersion = asked.httpVersion();
    record.userAgent = asked.userAgent();
    asker
        .line()
        .ifPresent(line -> {
          record.parentId = line.id();
          record.sni = line.sni();
        });
    if (asked instanceof Asked.Url url) {
      record.url = url.url();
      record.scheme = url.scheme();
      record.path = url.path();
    }
  }

  void who(Asker.Who.Proved who) {
    record.user = who.user();
    record.groups = who.groups();
    record.identifiedBy = who.by();
  }

  /** Why the credentials were of no use, for the case that the client is asked. */
  void notProved(Identity.Answer answer) {
    notProved =
        switch (answer) {
          case Identity.Answer.Known _ -> null;
          case Identity.Answer.Rejected(String reason) -> reason;
          case Identity.Answer.Unavailable(String reason) -> reason;
        };
  }

  void note(Decision decision) {
    record.rule = decision.rule();
    record.observed = decision.observed();
  }

  /** What the rule asks for besides letting the exchange through. */
  void allowed(Obligations obligations) {
    record.decision = Record.Decided.ALLOW;
    switch (obligations.log()) {
      case URL -> {}
      case HOST -> {
        record.url = null;
        record.path = null;
      }
    }
  }

  void denied(String rule, String reason) {
    record.decision = Record.Decided.DENY;
    record.rule = rule;
    record.reason = reason;
    if (record.fate == Record.Fate.UNSCANNED) {
      // Nothing passed.
      record.fate = null;
      record.verdictReason = null;
    }
  }

  void opening(String because) {
    record.inspectedBecause = because;
  }

  /** No rule has decided: each request inside is decided for itself. */
  void openedToLearn() {
    record.decision = Record.Decided.ALLOW;
    record.rule = null;
  }

  /** Nothing in it will be seen. */
  void sealed(String why) {
    record.inspectedBecause = null;
    record.fate = Record.Fate.UNSCANNED;
    record.verdictReason = why;
  }

  void route(String route) {
    record.route = route;
  }

  void connected(String originIp) {
    record.originIp = originIp;
  }

  void secured(String version, String cipher) {
    record.tlsOriginVersion = version;
    record.tlsOriginCipher = cipher;
  }

  void hello(@Nullable String sni) {
    record.sni = sni;
  }

  void responded(int status, @Nullable String contentType) {
    record.status = status;
    record.contentType = contentType;
  }

  void answered(int status) {
    record.status = status;
  }

  /** Of two bodies, up and down, the worse fate is the exchange's. */
  void verdict(Scanner.Direction direction, Verdict verdict) {
    gate.observer().judged(direction, verdict);
    note(verdict);
  }

  private void note(Verdict verdict) {
    switch (verdict) {
      case Verdict.Clean clean -> {
        if (record.fate == null) {
          record.fate = Record.Fate.CLEAN;
          record.verdictEngine = clean.engine();
        }
        if (record.fate == Record.Fate.CLEAN && record.verdictReason == null) {
          record.verdictReason = clean.caveat().orElse(null);
        }
      }
      case Verdict.Unscanned unscanned -> {
        if (record.fate != Record.Fate.INFECTED) {
          record.fate = Record.Fate.UNSCANNED;
          record.verdictReason = unscanned.reason().word() + ": " + unscanned.detail();
        }
      }
      case Verdict.Infected(String engine, String name, _) -> {
        record.fate = Record.Fate.INFECTED;
        record.verdictEngine = engine;
        record.verdictName = name;
        record.verdictReason = null;
      }
    }
  }

  void message(Scanner.Direction direction, Verdict verdict) {
    gate.observer().judged(direction, verdict);
    among(verdict);
  }

  /**
   * Of many messages the worst is the exchange's; of those not scanned the first, or who blocks.
   */
  void among(Verdict verdict) {
    boolean said =
        verdict instanceof Verdict.Unscanned unscanned
            && unscanned.fate() == Verdict.Fate.DELIVER
            && record.fate == Record.Fate.UNSCANNED;
    if (!said) {
      note(verdict);
    }
  }

  // What the journal is told.

  boolean opened() {
    return told == Told.OPENED;
  }

  /** The opened record. */
  Step open(Shown shown) {
    return switch (tell(shown)) {
      case Journal.Appended.Written _ -> {
        told = Told.OPENED;
        yield Step.GO;
      }
      case Journal.Appended.Refused refused ->
          switch (refused.proceed()) {
            case PASS -> {
              told = Told.OPENED;
              yield Step.GO;
            }
            case REFUSE -> Step.end(Stopped.unrecorded(refused.reason()));
          };
    };
  }

  /** How much of the URL an opened record shows. */
  enum Shown {
    AS_DECIDED,
    /**
     * Policy still waits for the response, and may then oblige that only the host be logged: until
     * then the URL is left out.
     */
    HOST_WHILE_UNDECIDED
  }

  private Journal.Appended tell(Shown shown) {
    if (shown == Shown.AS_DECIDED || !policy.mayLogHostOnly()) {
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

  /** The exchange ended this way; {@link #close} follows. */
  void ended(Ending ending) {
    switch (ending) {
      case Ending.Delivered _ -> {}
      case Ending.Denied(String rule, String reason) -> denied(rule, reason);
      case Ending.AskedWho asked -> {
        record.decision = Record.Decided.ASK;
        record.rule = asked.rule();
        record.reason = asked.reason();
        record.errorDetail = notProved;
      }
      case Ending.Infected infected -> {
        record.decision = Record.Decided.DENY;
        record.reason = Refusal.reason(infected);
      }
      case Ending.Failed(Failure failure) -> {
        record.errorSide = failure.side().word();
        record.errorKind = failure.kind().word();
        boolean unproved = failure.kind() == Failure.Kind.IDENTITY_UNAVAILABLE;
        record.errorDetail = unproved && notProved != null ? notProved : failure.detail();
      }
    }
  }

  /** The client gets this status from the gateway, and nothing of the origin's answer. */
  void refused(int status) {
    record.status = status;
    record.bytesDown = 0;
  }

  void moved(Phase phase, long bytesUp, long bytesDown) {
    record.phase = phase.word();
    record.bytesUp = bytesUp;
    record.bytesDown = bytesDown;
  }

  void close(long nowMicros) {
    record.endMicros = nowMicros;
    record.durationMicros = Math.max(0, nowMicros - record.startMicros);
    if (record.fate == null) {
      record.fate = Record.Fate.NONE;
    }
    if (record.decision == null && policy.mayLogHostOnly()) {
      record.url = null;
      record.path = null;
    }
    boolean write =
        switch (told) {
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
        || record.decision == Record.Decided.ASK
        || Failure.Kind.IDENTITY_UNAVAILABLE.word().equals(record.errorKind)
        || Failure.Kind.NAME_NOT_FOUND.word().equals(record.errorKind)
        || Failure.Kind.LOOP.word().equals(record.errorKind);
  }

  private boolean withinBurst() {
    return gate.flood().refused(client, record) == RefusalFlood.Verdict.RECORD;
  }
}
