package dev.sekisho.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/**
 * Errors that nobody may miss: what the gateway logs as one, and buffers that lost their owner.
 * Netty notices one of those when the garbage collector has taken it and another is made, and says
 * so in its log, too.
 */
final class Complaints {
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final List<Logger> logs =
      List.of(
          (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class),
          (Logger) LoggerFactory.getLogger("dev.sekisho"));
  private final AppenderBase<ILoggingEvent> listener =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
            heard.add(event.getFormattedMessage());
          }
        }
      };

  private Complaints() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    listener.setContext(logs.getFirst().getLoggerContext());
    listener.start();
    logs.forEach(log -> log.addAppender(listener));
  }

  static Complaints listen() {
    return new Complaints();
  }

  /**
   * Fails when an error was logged, or a buffer made since the start was dropped without being
   * released.
   */
  void check() throws InterruptedException {
    for (int i = 0; i < 2; i++) {
      System.gc();
      // The collector hands dead references over on a thread of its own, a moment after it has
      // returned.
      Thread.sleep(5);
      ByteBuf probe = ByteBufAllocator.DEFAULT.directBuffer(16);
      probe.release();
    }
    logs.forEach(log -> log.detachAppender(listener));
    if (!heard.isEmpty()) {
      throw new AssertionError("complaints while the gateway ran: " + heard);
    }
  }
}
