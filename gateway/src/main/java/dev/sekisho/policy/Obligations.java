package dev.sekisho.policy;

import java.util.Optional;

/**
 * What an allow rule asks of the gateway besides letting the exchange through.
 *
 * @param deliver how what is scanned reaches its client; empty where the rule leaves that to the
 *     section {@code scan}
 */
public record Obligations(Scan scan, Log log, Optional<Deliver> deliver) {
  /** Everything allowed is scanned and logged with its URL unless a rule says otherwise. */
  public static final Obligations DEFAULT = new Obligations(Scan.ALL, Log.URL);

  public Obligations(Scan scan, Log log) {
    this(scan, log, Optional.empty());
  }

  public enum Scan {
    ALL,
    NONE
  }

  public enum Log {
    URL,
    HOST
  }

  /** The words of {@code scan.deliver}. */
  public enum Deliver {
    AUTO,
    HOLD,
    TRICKLE,
    PAGE
  }

  /** For what has several names, of which only one was asked about: no rule's word loosens it. */
  public Obligations strict() {
    return new Obligations(Scan.ALL, Log.URL, deliver.filter(Deliver.HOLD::equals));
  }
}
