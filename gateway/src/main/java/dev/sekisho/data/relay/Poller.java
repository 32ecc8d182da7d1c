package dev.sekisho.data.relay;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An epoll instance, edge-triggered, with a doorbell that other threads ring. {@code struct
 * epoll_event} is packed to 12 bytes on x86-64 and padded to 16 everywhere else.
 *
 * <p>All but {@link #ring} belongs to the pump's thread.
 */
final class Poller {
  static final int IN = 0x1;
  static final int PRI = 0x2;
  static final int OUT = 0x4;
  static final int ERR = 0x8;
  static final int HUP = 0x10;
  static final int RDHUP = 0x2000;

  /** The tag of the doorbell's event. */
  static final long BELL = -1;

  private static final int EDGE_TRIGGERED = 1 << 31;
  private static final int ADD = 1;
  private static final int CAPACITY = 256;
  private static final boolean PACKED = System.getProperty("os.arch").matches("amd64|x86_64");
  private static final int EVENT_BYTES = PACKED ? 12 : 16;
  private static final int TAG_OFFSET = PACKED ? 4 : 8;

  private final Kernel kernel;
  private final int epoll;
  private final int bell;
  private final MemorySegment events;
  private final MemorySegment request;

  Poller(Kernel kernel, Arena arena) throws IOException {
    this.kernel = kernel;
    events = arena.allocate((long) EVENT_BYTES * CAPACITY, 8);
    request = arena.allocate(EVENT_BYTES, 8);
    epoll = opened(kernel.epollCreate(), "epoll_create1");
    bell = kernel.eventDescriptor();
    if (bell < 0) {
      kernel.close(epoll);
      throw new IOException("eventfd: error " + -bell);
    }
    // Edge-triggered, so its counter need not be read back: every ring is a new edge.
    add(bell, BELL, IN);
  }

  /** Watches a socket for everything; answers 0 or the negated error. */
  int watch(int fd, long tag) {
    return add(fd, tag, IN | OUT | PRI | RDHUP);
  }

  private int add(int fd, long tag, int interest) {
    request.set(JAVA_INT_UNALIGNED, 0, interest | EDGE_TRIGGERED);
    request.set(JAVA_LONG_UNALIGNED, TAG_OFFSET, tag);
    return kernel.epollControl(epoll, ADD, fd, request);
  }

  /**
   * Waits up to {@code timeoutMillis} (-1: without end); answers the number of events, 0 when
   * interrupted.
   */
  int await(int timeoutMillis) throws IOException {
    int count = kernel.epollWait(epoll, events, CAPACITY, timeoutMillis);
    return count == -Kernel.EINTR ? 0 : opened(count, "epoll_wait");
  }

  int readiness(int index) {
    return events.get(JAVA_INT_UNALIGNED, (long) index * EVENT_BYTES);
  }

  long tag(int index) {
    return events.get(JAVA_LONG_UNALIGNED, (long) index * EVENT_BYTES + TAG_OFFSET);
  }

  /** Wakes {@link #await}, from any thread; must not race with {@link #close}. */
  void ring() {
    try (Arena arena = Arena.ofConfined()) {
      new Kernel(arena).signal(bell);
    }
  }

  void close() {
    kernel.close(bell);
    kernel.close(epoll);
  }

  private static int opened(int result, String call) throws IOException {
    if (result < 0) {
      throw new IOException(call + ": error " + -result);
    }
    return result;
  }
}
