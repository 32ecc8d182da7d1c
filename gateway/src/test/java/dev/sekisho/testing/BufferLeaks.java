package dev.sekisho.testing;

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
 * Finds buffers that lost their owner. Netty notices one when the garbage collector has taken it and another is made, and says so in
 * its log; this listens there.
 */
final class BufferLeaks {
  private final List<String> reports = new CopyOnWriteArrayList<>();
  private final Logger log = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
  private final AppenderBase<ILoggingEvent> listener = new AppenderBase<>() {
    @Override
    protected void append(ILoggingEvent event) {
      reports.add(event.getFormattedMessage());
    }
  };

  private BufferLeaks() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    listener.setContext(log.getLoggerContext());
    listener.start();
    log.addAppender(listener);
  }

  static BufferLeaks watch() {
    return new BufferLeaks();
  }

  /** Fails when a buffer made since the start was dropped without being released. */
  void check() throws InterruptedException {
    for (int i = 0; i < 2; i++) {
      System.gc();
      // The collector hands dead references over on a thread of its own, a moment after it has returned.
      Thread.sleep(5);
      ByteBuf probe = ByteBufAllocator.DEFAULT.directBuffer(16);
      probe.release();
    }
    log.detachAppender(listener);
    if (!reports.isEmpty()) {
      throw new AssertionError("buffers leaked: " + reports);
    }
  }
}
