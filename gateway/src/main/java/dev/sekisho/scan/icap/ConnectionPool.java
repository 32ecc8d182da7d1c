package dev.sekisho.scan.icap;

import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** So many connections at a time and no more; those that were used well are used again. */
final class ConnectionPool implements Closeable {
  /** Beyond this the newest is refused at once rather than later. */
  static final int WAITING = 1000;

  private final int configured;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition free = lock.newCondition();
  private final Deque<IcapConnection> idle = new ArrayDeque<>();
  private int most;
  private int leased;
  private int waiting;
  private boolean closed;

  ConnectionPool(int configured) {
    this.configured = configured;
    this.most = configured;
  }

  /** The right to one connection. */
  final class Lease implements Closeable {
    private @Nullable IcapConnection kept;

    /**
     * @param last the one that was used last: whoever has the right to a connection has it at once,
     *     or it would be counted twice
     */
    private Lease(@Nullable IcapConnection last) {
      kept = last;
    }

    /** The one that was used last; whoever gets it keeps it or closes it. */
    Optional<IcapConnection> idle() {
      Optional<IcapConnection> last = Optional.ofNullable(kept);
      kept = null;
      while (last.isPresent() && !last.get().isQuiet()) {
        last.get().close();
        last = poll();
      }
      return last;
    }

    /** For another, once this lease is over. */
    void keep(IcapConnection connection) {
      connection.idle(System.nanoTime());
      kept = connection;
    }

    @Override
    public void close() {
      IcapConnection left = kept;
      lock.lock();
      try {
        leased--;
        if (left != null && !closed && idle.size() + leased < most) {
          idle.addFirst(left);
          left = null;
        }
        free.signal();
      } finally {
        lock.unlock();
      }
      if (left != null) {
        left.close();
      }
    }
  }

  private Optional<IcapConnection> poll() {
    lock.lock();
    try {
      return Optional.ofNullable(idle.pollFirst());
    } finally {
      lock.unlock();
    }
  }

  /** What the server takes, at least one; what is kept beyond that is closed. */
  void atMost(int connections) {
    List<IcapConnection> surplus = new ArrayList<>();
    lock.lock();
    try {
      most = Math.clamp(connections, 1, configured);
      while (!idle.isEmpty() && idle.size() + leased > most) {
        surplus.add(idle.removeLast());
      }
      free.signalAll();
    } finally {
      lock.unlock();
    }
    surplus.forEach(IcapConnection::close);
  }

  Lease take(long deadline) throws IcapFault, InterruptedException {
    lock.lockInterruptibly();
    try {
      if (leased >= most && waiting >= WAITING) {
        throw new IcapFault(
            IcapAnswer.Failure.BUSY, "more than " + WAITING + " bodies wait for it");
      }
      waiting++;
      try {
        await(deadline);
      } finally {
        waiting--;
      }
      leased++;
      return new Lease(idle.pollFirst());
    } finally {
      lock.unlock();
    }
  }

  private void await(long deadline) throws IcapFault, InterruptedException {
    while (leased >= most) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new IcapFault(
            IcapAnswer.Failure.TIMEOUT, "it was busy with other bodies until the time was up");
      }
      free.await(left, TimeUnit.NANOSECONDS);
    }
  }

  /** Only when nobody has to wait. */
  Optional<Lease> takeNow() {
    lock.lock();
    try {
      if (leased >= most) {
        return Optional.empty();
      }
      leased++;
      return Optional.of(new Lease(idle.pollFirst()));
    } finally {
      lock.unlock();
    }
  }

  /** Closes what nobody used since then. */
  void closeIdleSince(long before) {
    List<IcapConnection> old = new ArrayList<>();
    lock.lock();
    try {
      while (!idle.isEmpty() && idle.getLast().idleSince() - before < 0) {
        old.add(idle.removeLast());
      }
    } finally {
      lock.unlock();
    }
    old.forEach(IcapConnection::close);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      idle.forEach(IcapConnection::close);
      idle.clear();
    } finally {
      lock.unlock();
    }
  }
}
