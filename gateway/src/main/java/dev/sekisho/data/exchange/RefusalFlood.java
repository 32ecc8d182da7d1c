package dev.sekisho.data.exchange;

import dev.sekisho.journal.Record;
import dev.sekisho.net.IpAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a client that is refused again and again from filling the disk. Each client may have a
 * burst of refusals recorded one by one; what goes beyond is counted, and when the interval is over
 * the count is written as one record for each sort of refusal. Nothing is lost but the detail.
 *
 * <p>Belongs to one event loop. Bounded: the clients seen longest ago are settled early when there
 * are too many, and what a sort is made of comes from this gateway and never from a client.
 */
public final class RefusalFlood {
  /** Microseconds in which the refusals of a client are counted together. */
  public static final long INTERVAL = 10_000_000;

  private static final int MOST_CLIENTS = 10_000;

  private final int burst;
  private final long intervalMicros;
  private final Settlement settlement;
  private final Map<IpAddress, Count> counts = new LinkedHashMap<>();

  /** Writes down what was only counted. */
  public interface Settlement {
    /**
     * @param more refusals of this sort beyond those that were recorded
     */
    void settle(IpAddress client, Sort sort, long more);
  }

  /** What refusals that are counted together have in common, and their record may say. */
  public record Sort(
      String listener,
      Record.Mode mode,
      Record.@Nullable Decided decision,
      @Nullable String errorSide,
      @Nullable String errorKind) {
    static Sort of(Record record) {
      return new Sort(
          record.listener, record.mode, record.decision, record.errorSide, record.errorKind);
    }
  }

  /**
   * @param burst refusals per client and interval that get a record each
   * @param settlement told how many more there were from a client, when its interval is over
   */
  public RefusalFlood(int burst, long intervalMicros, Settlement settlement) {
    this.burst = burst;
    this.intervalMicros = intervalMicros;
    this.settlement = settlement;
  }

  /** What to do with the finished record of one more refusal. */
  Verdict refused(IpAddress address, Record record) {
    IpAddress client = address.client();
    Count count = counts.get(client);
    if (count == null) {
      if (counts.size() >= MOST_CLIENTS) {
        settleEldest();
      }
      count = new Count(record.endMicros);
      counts.put(client, count);
    }
    if (count.recorded < burst) {
      count.recorded++;
      return Verdict.RECORD;
    }
    if (count.more.isEmpty()) {
      count.more = new LinkedHashMap<>(4);
    }
    count.more.merge(Sort.of(record), 1L, Long::sum);
    return Verdict.COUNT;
  }

  /**
   * Writes the counts of every interval that is over. Called about once a second, and with the end
   * of time at shutdown.
   */
  public void sweep(long nowMicros) {
    counts
        .entrySet()
        .removeIf(entry -> {
          if (nowMicros - entry.getValue().sinceMicros < intervalMicros) {
            return false;
          }
          settle(entry.getKey(), entry.getValue());
          return true;
        });
  }

  private void settleEldest() {
    var eldest = counts.entrySet().iterator().next();
    counts.remove(eldest.getKey());
    settle(eldest.getKey(), eldest.getValue());
  }

  private void settle(IpAddress client, Count count) {
    count.more.forEach((sort, more) -> settlement.settle(client, sort, more));
  }

  enum Verdict {
    RECORD,
    COUNT
  }

  private static final class Count {
    private final long sinceMicros;
    private Map<Sort, Long> more = Map.of();
    private int recorded;

    Count(long sinceMicros) {
      this.sinceMicros = sinceMicros;
    }
  }
}
