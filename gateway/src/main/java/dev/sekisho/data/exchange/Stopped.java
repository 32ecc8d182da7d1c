package dev.sekisho.data.exchange;

import dev.sekisho.data.exchange.Failure.Kind;
import dev.sekisho.data.exchange.Failure.Retry;
import dev.sekisho.data.exchange.Failure.Side;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import java.util.Optional;

/** The ways in which an exchange is stopped by itself. */
final class Stopped {
  static final Ending LOOP =
      failed(Side.CLIENT, Kind.LOOP, Retry.SAFE, "The request leads back to this gateway.");
  static final Ending CLIENT_LEFT =
      failed(Side.CLIENT, Kind.CLIENT_LEFT, Retry.UNSAFE, "The client closed its connection.");
  static final Ending IDENTITY_UNAVAILABLE =
      failed(
          Side.GATEWAY,
          Kind.IDENTITY_UNAVAILABLE,
          Retry.SAFE,
          "The gateway cannot check who asks just now.");

  private Stopped() {}

  static Ending unrecorded(String reason) {
    return failed(
        Side.GATEWAY,
        Kind.JOURNAL_UNAVAILABLE,
        Retry.SAFE,
        "The gateway cannot write its journal and lets nothing out unrecorded: " + reason);
  }

  /** What a scan stops; empty where the exchange goes on. */
  static Optional<Ending> by(Scanned scanned, Phase phase) {
    return switch (scanned) {
      case Scanned.Nothing _ -> Optional.empty();
      case Scanned.Judged(Verdict verdict) -> by(verdict, direction(phase));
    };
  }

  static Optional<Ending> by(Verdict verdict, Scanner.Direction direction) {
    return switch (verdict) {
      case Verdict.Clean _ -> Optional.empty();
      case Verdict.Infected infected ->
          Optional.of(
              new Ending.Infected(
                  direction, infected.engine(), infected.name(), infected.status()));
      case Verdict.Unscanned unscanned ->
          switch (unscanned.fate()) {
            case DELIVER -> Optional.empty();
            case BLOCK -> Optional.of(notScanned(unscanned));
          };
    };
  }

  static Scanner.Direction direction(Phase phase) {
    return phase == Phase.SCAN_UPLOAD ? Scanner.Direction.UP : Scanner.Direction.DOWN;
  }

  private static Ending notScanned(Verdict.Unscanned unscanned) {
    return failed(
        Side.GATEWAY,
        Kind.NOT_SCANNED,
        Retry.UNSAFE,
        "The content could not be scanned, and scan.unscanned."
            + unscanned.reason().word()
            + " says block: "
            + unscanned.detail());
  }

  /** A rule needs to know who asks. */
  static Ending who(Known.User user, String rule, String reason, String challenge) {
    return switch (user) {
      case UNTRIED, REJECTED -> new Ending.AskedWho(rule, reason, challenge);
      case PROVED -> notLearnable(rule, reason);
      case UNAVAILABLE -> IDENTITY_UNAVAILABLE;
    };
  }

  /** What cannot be opened is not let through. */
  static Ending unopened(Unopened why) {
    String setting = setting(why);
    return new Ending.Denied(
        setting, why.sentence() + ", so it cannot be opened, and " + setting + " says deny.");
  }

  /** What cannot be opened is let through, by the owner's word. */
  static String sealed(Unopened why) {
    return why.sentence() + ", and " + setting(why) + " says tunnel.";
  }

  /**
   * Policy asks for a fact that this exchange has already given or has said to be unknowable.
   * Refusing is the safe answer.
   */
  static Ending notLearnable(String rule, String reason) {
    return new Ending.Denied(rule, "Policy needs a fact that cannot be learnt: " + reason);
  }

  private static String setting(Unopened why) {
    return "inspect.cannot-open." + why.word();
  }

  private static Ending failed(Side side, Kind kind, Retry retry, String detail) {
    return new Ending.Failed(new Failure(side, kind, retry, detail));
  }
}
