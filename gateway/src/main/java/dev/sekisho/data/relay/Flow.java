package dev.sekisho.data.relay;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a tunnel: where it reads, where it writes, and the bytes it could not write yet.
 * Those lie either in {@link #rest} or in {@link #pipe}, never in both, and nothing more is read
 * while there are any: the kernel's receive window holds back the sender.
 *
 * <p>Belongs to the pump's thread, but for {@link #delivered}.
 */
final class Flow {
  private static final VarHandle DELIVERED;

  static {
    try {
      DELIVERED = MethodHandles.lookup().findVarHandle(Flow.class, "delivered", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** How far a direction has come. */
  enum Stage {
    OPEN,
    /** The source has ended; what is held goes out first. */
    DRAINING,
    /** The sink was told that no more comes. */
    SHUT
  }

  /** How the next bytes are taken. */
  enum Method {
    COPY,
    SPLICE
  }

  /** How much a splice may take at most. */
  enum Stride {
    /** As much as the sink says it has room for, through the thread's wide pipe. */
    WIDE,
    /** What may be held back: the sink has once taken less than it said. */
    NARROW
  }

  final int source;
  final int sink;
  Stage stage = Stage.OPEN;
  Method method = Method.COPY;
  Stride stride = Stride.WIDE;
  boolean readable;
  boolean writable = true;

  /**
   * Read until the kernel says there is no more. A short read shows that too, and saves a call, but
   * not before a FIN, an error or an urgent mark: those were reported once and will not be again.
   */
  boolean exhaustive;

  @Nullable ByteBuf rest;
  @Nullable Pipe pipe;
  long inPipe;

  @SuppressWarnings("FieldMayBeFinal")
  private long delivered;

  Flow(int source, int sink, @Nullable ByteBuf rest) {
    this.source = source;
    this.sink = sink;
    this.rest = rest;
  }

  boolean holdsBytes() {
    return rest != null || inPipe > 0;
  }

  /** Bytes given to the sink, exact; any thread. */
  long delivered() {
    return (long) DELIVERED.getOpaque(this);
  }

  void count(long bytes) {
    DELIVERED.setOpaque(this, delivered + bytes);
  }
}
