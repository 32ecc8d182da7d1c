package dev.sekisho.data.relay;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The Linux calls the pump is made of, through the C library, and nothing more. Every method
 * answers as the bare system call does: a result of zero or more, or the negated error number
 * ({@code -EAGAIN}), so that expected failures stay values. Pointers are plain addresses. Constants
 * are those of the generic Linux ABI, which x86-64 and AArch64 share.
 *
 * <p>An instance keeps the place where the linker leaves {@code errno}, so it belongs to one
 * thread.
 */
final class Kernel {
  static final int EINTR = 4;
  static final int EAGAIN = 11;
  static final int EPIPE = 32;
  static final int ENETDOWN = 100;
  static final int ENETUNREACH = 101;
  static final int ECONNABORTED = 103;
  static final int ECONNRESET = 104;
  static final int ENOTCONN = 107;
  static final int ETIMEDOUT = 110;
  static final int EHOSTDOWN = 112;
  static final int EHOSTUNREACH = 113;

  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_SETPIPE_SZ = 1031;
  private static final int F_GETPIPE_SZ = 1032;
  private static final int SPLICE_F_MOVE = 1;
  private static final int SPLICE_F_NONBLOCK = 2;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SHUT_WR = 1;
  private static final int SOL_SOCKET = 1;
  private static final int SO_LINGER = 13;
  private static final int SO_MEMINFO = 55;
  private static final int MEMINFO_BYTES = 9 * 4;
  private static final int MEMINFO_SNDBUF = 3 * 4;
  private static final int MEMINFO_WMEM_QUEUED = 5 * 4;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final Linker.Option KEEP_ERRNO = Linker.Option.captureCallState("errno");

  private static final MethodHandle CLOSE =
      call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle FCNTL =
      call(
          "fcntl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle READ =
      call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle WRITE =
      call("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle SEND =
      call("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle SHUTDOWN =
      call("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      call(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle GETSOCKOPT =
      call(
          "getsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle PIPE2 =
      call("pipe2", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle SPLICE =
      call(
          "splice",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle EVENTFD =
      call("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle EPOLL_CREATE =
      call("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle EPOLL_CTL =
      call("epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle EPOLL_WAIT =
      call("epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));

  private final MemorySegment callState;
  private final MemorySegment small;
  private final MemorySegment memoryInfo;

  /** The arena must live as long as this object. */
  Kernel(Arena arena) {
    callState = arena.allocate(CALL_STATE);
    small = arena.allocate(JAVA_LONG);
    memoryInfo = arena.allocate(MEMINFO_BYTES, 8);
  }

  /** A second descriptor for the same open socket, closed on exec. */
  int duplicate(int fd) {
    try {
      return answer((int) FCNTL.invokeExact(callState, fd, F_DUPFD_CLOEXEC, 0));
    } catch (Throwable impossible) {
      throw new LinkageError("fcntl", impossible);
    }
  }

  int close(int fd) {
    try {
      return answer((int) CLOSE.invokeExact(callState, fd));
    } catch (Throwable impossible) {
      throw new LinkageError("close", impossible);
    }
  }

  /** Reads up to {@code length} bytes; 0 is the end of the stream. */
  long read(int fd, long address, long length) {
    try {
      return answer((long) READ.invokeExact(callState, fd, address, length));
    } catch (Throwable impossible) {
      throw new LinkageError("read", impossible);
    }
  }

  /** Sends what fits now, without waiting and without SIGPIPE. */
  long send(int fd, long address, long length) {
    try {
      return answer(
          (long) SEND.invokeExact(callState, fd, address, length, MSG_DONTWAIT | MSG_NOSIGNAL));
    } catch (Throwable impossible) {
      throw new LinkageError("send", impossible);
    }
  }

  /** Ends the sending direction: FIN after what was sent. */
  int shutdownOutput(int fd) {
    try {
      return answer((int) SHUTDOWN.invokeExact(callState, fd, SHUT_WR));
    } catch (Throwable impossible) {
      throw new LinkageError("shutdown", impossible);
    }
  }

  /**
   * Makes the next {@link #close} send RST and drop what is unsent (linger on, for zero seconds).
   */
  int resetOnClose(int fd) {
    small.set(JAVA_INT, 0, 1);
    small.set(JAVA_INT, 4, 0);
    try {
      return answer(
          (int) SETSOCKOPT.invokeExact(callState, fd, SOL_SOCKET, SO_LINGER, small.address(), 8));
    } catch (Throwable impossible) {
      throw new LinkageError("setsockopt", impossible);
    }
  }

  /**
   * How many bytes the socket would take now: its send buffer, which the kernel lets grow, less
   * what is queued in it (the kernel's {@code sock_diag} memory figures). Negative when it is over
   * full, and also when the kernel does not say.
   */
  long sendRoom(int fd) {
    small.set(JAVA_INT, 0, MEMINFO_BYTES);
    try {
      int result =
          (int)
              GETSOCKOPT.invokeExact(
                  callState, fd, SOL_SOCKET, SO_MEMINFO, memoryInfo.address(), small.address());
      return result < 0
          ? -1
          : (long) memoryInfo.get(JAVA_INT, MEMINFO_SNDBUF)
              - memoryInfo.get(JAVA_INT, MEMINFO_WMEM_QUEUED);
    } catch (Throwable impossible) {
      throw new LinkageError("getsockopt", impossible);
    }
  }

  /**
   * A pipe that never waits: the reading end in the low, the writing end in the high 32 bits; or
   * the negated error.
   */
  long pipe() {
    try {
      int made =
          answer((int) PIPE2.invokeExact(callState, small.address(), O_NONBLOCK | O_CLOEXEC));
      return made < 0 ? made : (long) small.get(JAVA_INT, 4) << 32 | small.get(JAVA_INT, 0);
    } catch (Throwable impossible) {
      throw new LinkageError("pipe2", impossible);
    }
  }

  /**
   * Asks for a pipe capacity; answers the one given, or {@code -EPERM} beyond the user's budget.
   */
  int resizePipe(int fd, int bytes) {
    try {
      return answer((int) FCNTL.invokeExact(callState, fd, F_SETPIPE_SZ, bytes));
    } catch (Throwable impossible) {
      throw new LinkageError("fcntl", impossible);
    }
  }

  int pipeCapacity(int fd) {
    try {
      return answer((int) FCNTL.invokeExact(callState, fd, F_GETPIPE_SZ, 0));
    } catch (Throwable impossible) {
      throw new LinkageError("fcntl", impossible);
    }
  }

  /**
   * Moves bytes between a socket and a pipe without copying them here; 0 is the end of the stream.
   */
  long splice(int from, int to, long length) {
    try {
      return answer(
          (long)
              SPLICE.invokeExact(
                  callState, from, 0L, to, 0L, length, SPLICE_F_MOVE | SPLICE_F_NONBLOCK));
    } catch (Throwable impossible) {
      throw new LinkageError("splice", impossible);
    }
  }

  int eventDescriptor() {
    try {
      return answer((int) EVENTFD.invokeExact(callState, 0, O_NONBLOCK | O_CLOEXEC));
    } catch (Throwable impossible) {
      throw new LinkageError("eventfd", impossible);
    }
  }

  /** Adds one to an event descriptor, which wakes who waits for it. */
  long signal(int eventDescriptor) {
    small.set(JAVA_LONG, 0, 1);
    try {
      return answer((long) WRITE.invokeExact(callState, eventDescriptor, small.address(), 8L));
    } catch (Throwable impossible) {
      throw new LinkageError("write", impossible);
    }
  }

  int epollCreate() {
    try {
      return answer((int) EPOLL_CREATE.invokeExact(callState, O_CLOEXEC));
    } catch (Throwable impossible) {
      throw new LinkageError("epoll_create1", impossible);
    }
  }

  int epollControl(int epoll, int operation, int fd, MemorySegment event) {
    try {
      return answer((int) EPOLL_CTL.invokeExact(callState, epoll, operation, fd, event.address()));
    } catch (Throwable impossible) {
      throw new LinkageError("epoll_ctl", impossible);
    }
  }

  /**
   * Waits; the only call here that may. The thread counts as in native code meanwhile, so no
   * safepoint waits for it.
   */
  int epollWait(int epoll, MemorySegment events, int capacity, int timeoutMillis) {
    try {
      return answer(
          (int)
              EPOLL_WAIT.invokeExact(callState, epoll, events.address(), capacity, timeoutMillis));
    } catch (Throwable impossible) {
      throw new LinkageError("epoll_wait", impossible);
    }
  }

  /**
   * True for the errors by which the network or the far end takes a connection away; others are
   * defects or shortages here.
   */
  static boolean isConnectionLoss(long negatedErrno) {
    return switch ((int) -negatedErrno) {
      case EPIPE,
          ECONNRESET,
          ECONNABORTED,
          ENOTCONN,
          ETIMEDOUT,
          ENETDOWN,
          ENETUNREACH,
          EHOSTDOWN,
          EHOSTUNREACH ->
          true;
      default -> false;
    };
  }

  private int answer(int result) {
    return result >= 0 ? result : -(int) ERRNO.get(callState, 0L);
  }

  private long answer(long result) {
    return result >= 0 ? result : -(long) (int) ERRNO.get(callState, 0L);
  }

  private static MethodHandle call(
      String name, FunctionDescriptor shape, Linker.Option... options) {
    Linker.Option[] all = java.util.Arrays.copyOf(options, options.length + 1);
    all[options.length] = KEEP_ERRNO;
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape, all);
  }
}
