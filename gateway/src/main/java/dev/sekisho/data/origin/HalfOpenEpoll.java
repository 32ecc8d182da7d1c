package dev.sekisho.data.origin;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/**
 * Netty's epoll handler, made safe for half-closed connections.
 *
 * <p>Netty 4.2.18 takes a socket out of the epoll set when it has nothing to wait for, as when its
 * input has ended and all output is written, but goes on believing that it is in. The next time
 * output must wait for room, epoll_ctl fails with ENOENT, the write with it, and the tail of a
 * download or upload is lost. So a socket that was in the set once is never taken out: where Netty
 * asks for no event, it waits edge-triggered for none but errors, which the kernel reports once and
 * not again and again.
 *
 * <p>Every event loop whose channels allow half-closure needs this one.
 */
public final class HalfOpenEpoll {
  private HalfOpenEpoll() {}

  /** For {@code MultiThreadIoEventLoopGroup}, in place of {@link EpollIoHandler#newFactory()}. */
  public static IoHandlerFactory newFactory() {
    IoHandlerFactory netty = EpollIoHandler.newFactory();
    return executor -> new Handler(netty.newHandler(executor));
  }

  private record Handler(IoHandler netty) implements IoHandler {
    @Override
    public void initialize() {
      netty.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
      return netty.run(context);
    }

    @Override
    public void prepareToDestroy() {
      netty.prepareToDestroy();
    }

    @Override
    public void destroy() {
      netty.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
      return new Registration(netty.register(handle));
    }

    @Override
    public void wakeup() {
      netty.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return netty.isCompatible(handleType);
    }
  }

  private static final class Registration implements IoRegistration {
    private final IoRegistration netty;

    /**
     * Before the first interest Netty rightly keeps the socket out: unconnected ones hang up
     * without end.
     */
    private boolean added;

    Registration(IoRegistration netty) {
      this.netty = netty;
    }

    @Override
    public <T> T attachment() {
      return netty.attachment();
    }

    @Override
    public long submit(IoOps ops) {
      if (!EpollIoOps.NONE.equals(ops)) {
        added = true;
        return netty.submit(ops);
      }
      return added ? netty.submit(EpollIoOps.EPOLLET) : netty.submit(ops);
    }

    @Override
    public boolean isValid() {
      return netty.isValid();
    }

    @Override
    public boolean cancel() {
      return netty.cancel();
    }
  }
}
