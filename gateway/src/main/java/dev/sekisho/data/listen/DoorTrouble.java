package dev.sekisho.data.listen;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that a door lets nobody in, as when the file descriptors are used up: once a minute, for it
 * is tried again every second as long as somebody waits.
 */
final class DoorTrouble extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(DoorTrouble.class);
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String door;
  private long quietSince = System.nanoTime() - QUIET_NANOS;

  DoorTrouble(String door) {
    this.door = door;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    long now = System.nanoTime();
    if (now - quietSince >= QUIET_NANOS) {
      quietSince = now;
      String reason = String.valueOf(cause.getMessage());
      LOG.error(
          "listen.{}: clients that wait cannot be let in: {}.{} Every second it is tried again.",
          door,
          reason,
          reason.contains("open files")
              ? " Let this process have more file descriptors (LimitNOFILE, ulimit -n)."
              : "");
    }
  }
}
