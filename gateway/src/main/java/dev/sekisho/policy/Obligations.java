package dev.sekisho.policy;

/** What an allow rule asks of the gateway besides letting the exchange through. */
public record Obligations(Scan scan, Log log) {
  /** Everything allowed is scanned and logged with its URL unless a rule says otherwise. */
  public static final Obligations DEFAULT = new Obligations(Scan.ALL, Log.URL);

  public enum Scan {
    ALL,
    NONE
  }

  public enum Log {
    URL,
    HOST
  }
}
