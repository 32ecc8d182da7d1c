package dev.sekisho.data.exchange;

import dev.sekisho.journal.Record;
import dev.sekisho.net.IpAddress;

/**
 * A request that could not be read, or not be taken on: over before it began, but written down like
 * any other.
 */
public final class Unreadable {
  private Unreadable() {}

  /** Writes the record and says what to answer. */
  public static Refusal end(
      Failure failure, IpAddress client, Record record, long nowMicros, Gate gate) {
    Refusal refusal = Refusal.failed(failure, record.id, null);
    record.device = gate.policy().get().device(client);
    record.phase = "read";
    record.status = refusal.status();
    record.errorSide = failure.side().word();
    record.errorKind = failure.kind().word();
    record.errorDetail = failure.detail();
    record.endMicros = nowMicros;
    record.durationMicros = Math.max(0, nowMicros - record.startMicros);
    if (gate.flood().refused(client, record) == RefusalFlood.Verdict.RECORD) {
      gate.appender().closed(record);
    }
    gate.observer().ended(record);
    return refusal;
  }
}
