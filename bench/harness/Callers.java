package harness;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Many clients on one thread, each {@link Caller} a connection. Three ways to work: every
 * connection asks again as soon as it is answered; every one is replaced by a new one as soon as it
 * is answered; or something is begun at fixed times, whether what was begun before is done or not.
 */
final class Callers implements AutoCloseable {
  private static final long PATIENCE = 10_000_000_000L;

  /** At a fixed pace no more than these are open; what is too much is not begun later. */
  private static final int MOST_OPEN = 32;

  /** What the clients do. */
  private interface Work {
    /** Begins what is due, and says in how many milliseconds to ask again. */
    long due(long now) throws IOException;

    void idle(Caller caller) throws IOException;
  }

  private final Selector selector;
  private final Caller.Desk desk = new Caller.Desk();
  private final List<Caller> open = new ArrayList<>();
  private final int proxyPort;
  private final Latencies latencies = new Latencies();
  private long answers;
  private int waiting;

  Callers(int proxyPort) throws IOException {
    this.proxyPort = proxyPort;
    selector = Selector.open();
  }

  Latencies latencies() {
    return latencies;
  }

  /** Dials so many and brings each as far as its first request. */
  void dial(int count, Caller.Way way) throws IOException {
    waiting = 0;
    for (int i = 0; i < count; i++) {
      if (!begin(way).idle()) {
        waiting++;
      }
    }
    until(
        () -> waiting == 0,
        Long.MAX_VALUE,
        new Work() {
          @Override
          public long due(long now) {
            return 1000;
          }

          @Override
          public void idle(Caller caller) {
            waiting--;
          }
        });
  }

  /** All that were dialled ask, as fast as they are answered; gives the number of answers. */
  long askAgain(double seconds) throws IOException {
    long end = after(seconds);
    answers = 0;
    waiting = open.size();
    for (Caller caller : open) {
      caller.ask();
    }
    until(
        () -> waiting == 0,
        end,
        new Work() {
          @Override
          public long due(long now) {
            return 1000;
          }

          @Override
          public void idle(Caller caller) throws IOException {
            answers++;
            latencies.add(caller.waited());
            if (System.nanoTime() < end) {
              caller.ask();
            } else {
              waiting--;
            }
          }
        });
    return answers;
  }

  /** So many at once dial, ask one request and close; gives the number of connections. */
  long dialAgain(int count, Supplier<Caller.Way> way, double seconds) throws IOException {
    long end = after(seconds);
    OneRequest work =
        new OneRequest() {
          @Override
          public long due(long now) throws IOException {
            while (now < end && open.size() < count) {
              begin(way.get());
            }
            return 1000;
          }
        };
    until(() -> open.isEmpty(), end, work);
    return work.done;
  }

  /**
   * So many a second dial, ask one request and close; gives the number of connections, which is
   * smaller where the proxy does not keep up.
   */
  long dialAt(double perSecond, Supplier<Caller.Way> way, double seconds) throws IOException {
    long end = after(seconds);
    Timetable timetable = new Timetable(perSecond);
    OneRequest work =
        new OneRequest() {
          @Override
          public long due(long now) throws IOException {
            for (int i = timetable.due(now); i > 0 && now < end && open.size() < MOST_OPEN; i--) {
              begin(way.get());
            }
            return timetable.next(now);
          }
        };
    until(() -> open.isEmpty() && System.nanoTime() >= end, end, work);
    return work.done;
  }

  /**
   * Those dialled ask so many requests a second together, each by one that is free. The latency of
   * each, from the moment it was sent, is in {@link #latencies}.
   */
  long askAt(double perSecond, double seconds) throws IOException {
    long end = after(seconds);
    Timetable timetable = new Timetable(perSecond);
    List<Caller> free = new ArrayList<>(open);
    answers = 0;
    until(
        () -> free.size() == open.size() && System.nanoTime() >= end,
        end,
        new Work() {
          private int owed;

          @Override
          public long due(long now) throws IOException {
            owed += now < end ? timetable.due(now) : 0;
            for (; owed > 0 && !free.isEmpty(); owed--) {
              free.removeFirst().ask();
            }
            return timetable.next(now);
          }

          @Override
          public void idle(Caller caller) {
            answers++;
            latencies.add(caller.waited());
            free.add(caller);
          }
        });
    return answers;
  }

  private abstract class OneRequest implements Work {
    private final java.util.Set<Caller> asking = new java.util.HashSet<>();
    long done;

    @Override
    public void idle(Caller caller) throws IOException {
      if (asking.add(caller)) {
        caller.ask();
        return;
      }
      asking.remove(caller);
      done++;
      latencies.add(caller.waited());
      open.remove(caller);
      caller.close();
    }
  }

  /** What should have been begun by now, at an even pace from the first question on. */
  private static final class Timetable {
    private final double perNano;
    private final long start = System.nanoTime();
    private long begun;

    Timetable(double perSecond) {
      perNano = perSecond / 1e9;
    }

    int due(long now) {
      int count = (int) ((now - start) * perNano - begun);
      begun += count;
      return count;
    }

    long next(long now) {
      return Math.max(1, (long) Math.ceil(((begun + 1) / perNano - (now - start)) / 1e6));
    }
  }

  private Caller begin(Caller.Way way) throws IOException {
    Caller caller = new Caller(desk, selector, proxyPort, way);
    open.add(caller);
    return caller;
  }

  private static long after(double seconds) {
    return System.nanoTime() + (long) (seconds * 1e9);
  }

  private interface Condition {
    boolean holds();
  }

  private void until(Condition over, long end, Work work) throws IOException {
    long latest = end == Long.MAX_VALUE ? System.nanoTime() + PATIENCE : end + PATIENCE;
    long wait = work.due(System.nanoTime());
    while (!over.holds()) {
      selector.select(wait);
      for (SelectionKey key : selector.selectedKeys()) {
        Caller caller = (Caller) key.attachment();
        boolean before = caller.idle();
        caller.arrived();
        if (caller.idle() && !before) {
          work.idle(caller);
        }
      }
      selector.selectedKeys().clear();
      long now = System.nanoTime();
      if (now > latest) {
        throw new IOException("the proxy left requests without an answer for ten seconds");
      }
      wait = work.due(now);
    }
  }

  @Override
  public void close() throws IOException {
    for (Caller caller : open) {
      caller.close();
    }
    selector.close();
  }
}
