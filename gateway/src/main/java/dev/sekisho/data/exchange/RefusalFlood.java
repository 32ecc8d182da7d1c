package dev.sekisho.data.exchange;

import dev.sekisho.net.IpAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ObjLongConsumer;

/**
 * Keeps a client that is refused again and again from filling the disk. Each client may have a
 * burst of refusals recorded one by one; what goes beyond is counted, and the count is written as
 * one record when the interval is over. Nothing is lost but the detail.
 *
 * <p>Belongs to one event loop. Bounded: the clients seen longest ago are settled early when there
 * are too many.
 */
public final class RefusalFlood {
  /** Microseconds in which the refusals of a client are counted together. */
  public static final long INTERVAL = 10_000_000;

  private static final int MOST_CLIENTS = 10_000;

  private final int burst;
  private final long intervalMicros;
  private final ObjLongConsumer<IpAddress> settle;
  private final Map<IpAddress, Count> counts = new LinkedHashMap<>();

  /**
   * @param burst refusals per client and interval that get a record each
   * @param settle told how many more there were from a client, when its interval is over
   */
  public RefusalFlood(int burst, long intervalMicros, ObjLongConsumer<IpAddress> settle) {
    this.burst = burst;
    this.intervalMicros = intervalMicros;
    this.settle = settle;
  }

  /** What to do with the record of one more refusal. */
  Verdict refused(IpAddress address, long nowMicros) {
    IpAddress client = address.client();
    Count count = counts.get(client);
    if (count == null) {
      if (counts.size() >= MOST_CLIENTS) {
        settleEldest();
      }
      count = new Count(nowMicros);
      counts.put(client, count);
    }
    count.total++;
    return count.total <= burst ? Verdict.RECORD : Verdict.COUNT;
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
    if (count.total > burst) {
      settle.accept(client, count.total - burst);
    }
  }

  enum Verdict {
    RECORD,
    COUNT
  }

  private static final class Count {
    private final long sinceMicros;
    private long total;

    Count(long sinceMicros) {
      this.sinceMicros = sinceMicros;
    }
  }
}
