package dev.sekisho.data.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.lang.foreign.MemorySegment;

/**
 * Moves the bytes of one direction as far as both sockets allow.
 *
 * <p>Two ways, chosen anew with each read. Little is copied through one buffer that stays in the
 * processor's cache: as many calls as splicing, and no pages to pin. Much is spliced: the kernel
 * hands the received pages from socket to pipe to socket and no byte is touched. A direction that
 * fills a good part of the buffer with one read changes to splicing, and back when a splice brings
 * little. The pipe is borrowed for the splice and given back as soon as it is empty.
 *
 * <p>Few long splices cost much less than many short ones: every read of a busy connection tells
 * the sender of new room, and what that sets off is done before the call returns. But what was read
 * and finds no room must be held. So the sink is asked first: as much as it has room for goes
 * through the thread's wide pipe; where there is little room, a narrow pipe bounds what can get
 * stuck.
 *
 * <p>Nothing is read while bytes are held, which also makes {@code EAGAIN} of the splice into the
 * pipe mean one thing only: no input.
 */
final class Mover {
  /** What came of a turn. */
  sealed interface Turn {
    /** Nothing can move until the kernel reports an event. */
    enum Quiet implements Turn {
      WAITING,
      /** The direction has ended in order. */
      SHUT,
      /** More could move, but others must have their turn. */
      UNFINISHED
    }

    /** Reading failed. */
    record SourceLost(int errno) implements Turn {}

    /** Writing failed. */
    record SinkLost(int errno) implements Turn {}
  }

  private static final long TURN_BYTES = 1024 * 1024;

  private final Kernel kernel;
  private final PipePool pipes;
  private final ByteBufAllocator memory;
  private final ByteBuf buffer;
  private final int spliceFrom;
  private final int copyBelow;

  Mover(Kernel kernel, PipePool pipes, ByteBufAllocator memory, int bufferBytes) {
    this.kernel = kernel;
    this.pipes = pipes;
    this.memory = memory;
    buffer = memory.directBuffer(bufferBytes, bufferBytes);
    spliceFrom = bufferBytes / 2;
    copyBelow = bufferBytes / 8;
  }

  /** Moves up to about 1 MiB. */
  Turn move(Flow flow) {
    Turn turn = Turn.Quiet.UNFINISHED;
    long start = flow.delivered();
    while (turn == Turn.Quiet.UNFINISHED && flow.delivered() - start < TURN_BYTES) {
      turn = step(flow);
    }
    Pipe pipe = flow.pipe;
    if (pipe != null && pipes.isWide(pipe)) {
      flow.pipe = pipes.part(pipe);
      if (flow.inPipe > pipes.narrowBytes()) {
        flow.stride = Flow.Stride.NARROW;
      }
    }
    return turn;
  }

  /** Frees what a direction still holds; answers how many bytes will never arrive. */
  long abandon(Flow flow) {
    long lost = flow.inPipe;
    Pipe pipe = flow.pipe;
    if (pipe != null) {
      pipes.discard(pipe);
      flow.pipe = null;
      flow.inPipe = 0;
    }
    ByteBuf rest = flow.rest;
    if (rest != null) {
      lost += rest.readableBytes();
      rest.release();
      flow.rest = null;
    }
    return lost;
  }

  void close() {
    buffer.release();
  }

  private Turn step(Flow flow) {
    if (flow.holdsBytes()) {
      return flow.writable ? drain(flow) : Turn.Quiet.WAITING;
    }
    return switch (flow.stage) {
      case SHUT -> Turn.Quiet.SHUT;
      case DRAINING -> shut(flow);
      case OPEN -> flow.readable ? take(flow) : Turn.Quiet.WAITING;
    };
  }

  private Turn shut(Flow flow) {
    flow.stage = Flow.Stage.SHUT;
    int result = kernel.shutdownOutput(flow.sink);
    return result < 0 ? new Turn.SinkLost(-result) : Turn.Quiet.SHUT;
  }

  private Turn take(Flow flow) {
    return switch (flow.method) {
      case COPY -> copy(flow);
      case SPLICE -> splice(flow);
    };
  }

  private Turn splice(Flow flow) {
    long room =
        switch (flow.stride) {
          case WIDE -> kernel.sendRoom(flow.sink);
          case NARROW -> 0;
        };
    Pipe wide = room > pipes.narrowBytes() ? pipes.wide() : null;
    if (wide != null) {
      return spliceIn(flow, wide, Math.min(room, wide.capacity()));
    }
    Pipe narrow = pipes.borrow();
    return narrow != null ? spliceIn(flow, narrow, narrow.capacity()) : copy(flow);
  }

  private Turn copy(Flow flow) {
    long read = kernel.read(flow.source, address(buffer), buffer.capacity());
    if (read <= 0) {
      return nothingRead(flow, read);
    }
    if (read >= spliceFrom) {
      flow.method = Flow.Method.SPLICE;
    }
    if (read < buffer.capacity() && !flow.exhaustive) {
      // A short read has emptied the socket; whatever comes later makes a new edge.
      flow.readable = false;
    }
    long sent = kernel.send(flow.sink, address(buffer), read);
    if (sent < 0 && sent != -Kernel.EAGAIN) {
      return new Turn.SinkLost((int) -sent);
    }
    long done = Math.max(0, sent);
    flow.count(done);
    if (done < read) {
      int left = (int) (read - done);
      flow.rest = memory.directBuffer(left, left).writeBytes(buffer, (int) done, left);
    }
    return Turn.Quiet.UNFINISHED;
  }

  private Turn spliceIn(Flow flow, Pipe pipe, long most) {
    long taken = kernel.splice(flow.source, pipe.writeEnd(), most);
    if (taken <= 0) {
      pipes.giveBack(pipe);
      return nothingRead(flow, taken);
    }
    flow.pipe = pipe;
    flow.inPipe = taken;
    if (taken < copyBelow) {
      flow.method = Flow.Method.COPY;
    }
    return drain(flow);
  }

  private Turn drain(Flow flow) {
    Pipe pipe = flow.pipe;
    ByteBuf rest = flow.rest;
    long sent;
    if (pipe != null) {
      sent = kernel.splice(pipe.readEnd(), flow.sink, flow.inPipe);
    } else if (rest != null) {
      sent = kernel.send(flow.sink, address(rest) + rest.readerIndex(), rest.readableBytes());
    } else {
      throw new IllegalStateException("nothing to drain");
    }
    if (sent == -Kernel.EAGAIN) {
      flow.writable = false;
      return Turn.Quiet.WAITING;
    }
    if (sent < 0) {
      return new Turn.SinkLost((int) -sent);
    }
    flow.count(sent);
    if (pipe != null) {
      flow.inPipe -= sent;
      if (flow.inPipe == 0) {
        flow.pipe = null;
        pipes.giveBack(pipe);
      }
    } else if (rest != null && !rest.skipBytes((int) sent).isReadable()) {
      rest.release();
      flow.rest = null;
    }
    return Turn.Quiet.UNFINISHED;
  }

  private static Turn nothingRead(Flow flow, long result) {
    if (result == 0) {
      flow.stage = Flow.Stage.DRAINING;
      return Turn.Quiet.UNFINISHED;
    }
    if (result == -Kernel.EAGAIN) {
      flow.readable = false;
      return Turn.Quiet.WAITING;
    }
    return new Turn.SourceLost((int) -result);
  }

  private static long address(ByteBuf direct) {
    return direct.hasMemoryAddress()
        ? direct.memoryAddress()
        : MemorySegment.ofBuffer(direct.internalNioBuffer(0, direct.capacity())).address();
  }
}
