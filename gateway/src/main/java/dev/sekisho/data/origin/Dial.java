package dev.sekisho.data.origin;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.net.IpAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One dial under way. Lives on its event loop and is touched there only; {@link #cancel} may come
 * from anywhere.
 */
final class Dial implements Dialler.Attempt {
  private static final Logger LOG = LoggerFactory.getLogger(Dial.class);

  private final HappyEyeballs dialler;
  private final List<IpAddress> addresses;
  private final int port;
  private final EventLoop loop;
  private final Map<Channel, IpAddress> connecting = new LinkedHashMap<>();
  private final List<ConnectTrouble.Failed> failed = new ArrayList<>();
  private int next;
  private @Nullable Future<?> timer;
  private @Nullable Future<?> deadline;

  /** Null once the dial has ended. */
  private @Nullable Consumer<Dialler.Dialled> then;

  Dial(
      HappyEyeballs dialler,
      List<IpAddress> addresses,
      int port,
      EventLoop loop,
      Consumer<Dialler.Dialled> then) {
    this.dialler = dialler;
    this.addresses = addresses;
    this.port = port;
    this.loop = loop;
    this.then = then;
  }

  void start() {
    if (then == null) {
      return;
    }
    if (addresses.isEmpty()) {
      // an event of its own, as every other outcome is: the asker has its handle by then
      loop.execute(() ->
          end(
              new Dialler.Dialled.Failed(
                  new Failure(
                      Failure.Side.GATEWAY,
                      Failure.Kind.CONNECT_UNREACHABLE,
                      Failure.Retry.SAFE,
                      "There is no address to connect to."))));
      return;
    }
    deadline = loop.schedule(this::outOfTime, dialler.timeout().toNanos(), TimeUnit.NANOSECONDS);
    connectNext();
  }

  @Override
  public void cancel() {
    if (loop.inEventLoop()) {
      release();
    } else {
      loop.execute(this::release);
    }
  }

  private void connectNext() {
    cancel(timer);
    if (next >= addresses.size()) {
      return;
    }
    IpAddress address = addresses.get(next++);
    if (!dialler.suits(address)) {
      loop.execute(() -> failed(address, ConnectTrouble.NO_SOURCE));
      return;
    }
    timer =
        loop.schedule(
            this::connectNext, HappyEyeballs.NEXT_ADDRESS.toNanos(), TimeUnit.NANOSECONDS);
    ChannelFuture future = dialler.connect(loop, address, port);
    if (future.isDone() && !future.isSuccess()) {
      noSocket(address, future.cause());
      return;
    }
    connecting.put(future.channel(), address);
    // an event of its own: the asker has no handle yet
    future.addListener(_ -> loop.execute(() -> done(future, address)));
  }

  /**
   * Connecting is an event of the loop, so what has failed before is the making of the socket. The
   * channel that Netty then hands out belongs to no loop: its listeners would be called on a thread
   * that is nobody's, and closing it throws.
   */
  private void noSocket(IpAddress address, Throwable cause) {
    LOG.debug("No socket to connect to an origin can be opened.", cause);
    loop.execute(() -> failed(address, ConnectTrouble.NO_SOCKET));
  }

  private void done(ChannelFuture future, IpAddress address) {
    connecting.remove(future.channel());
    if (!future.isSuccess()) {
      failed(address, ConnectTrouble.of(future.cause()));
    } else if (then == null) {
      future.channel().close();
    } else {
      end(new Dialler.Dialled.Connected(future.channel(), address));
    }
  }

  private void failed(IpAddress address, ConnectTrouble trouble) {
    if (then == null) {
      return;
    }
    failed.add(new ConnectTrouble.Failed(address, trouble));
    if (next < addresses.size()) {
      connectNext();
    } else if (connecting.isEmpty()) {
      end(new Dialler.Dialled.Failed(ConnectTrouble.failure(failed, port)));
    }
  }

  private void outOfTime() {
    connecting
        .values()
        .forEach(address -> failed.add(new ConnectTrouble.Failed(address, ConnectTrouble.SILENT)));
    end(new Dialler.Dialled.Failed(ConnectTrouble.failure(failed, port)));
  }

  private void end(Dialler.Dialled outcome) {
    @Nullable Consumer<Dialler.Dialled> asker = then;
    release();
    if (asker != null) {
      asker.accept(outcome);
    }
  }

  /** Nothing is reported any more; what is still connecting is closed. */
  private void release() {
    then = null;
    cancel(timer);
    cancel(deadline);
    List<Channel> open = List.copyOf(connecting.keySet());
    connecting.clear();
    open.forEach(Channel::close);
  }

  private static void cancel(@Nullable Future<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
