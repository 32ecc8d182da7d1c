package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class DoorTroubleTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(DoorTrouble.class);
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();

  @BeforeEach
  void listen() {
    said.start();
    logger.addAppender(said);
    logger.setAdditive(false);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(said);
    logger.setAdditive(true);
  }

  @Test
  void saysOnceWhyNobodyIsLetInAndWhatToDo() {
    EmbeddedChannel door = new EmbeddedChannel(new DoorTrouble("proxy"));
    for (int i = 0; i < 20; i++) {
      door.pipeline()
          .fireExceptionCaught(
              new IOException("accept(..) failed with error(-24): Too many open files"));
    }
    door.checkException();
    assertThat(said.list).hasSize(1);
    assertThat(said.list.getFirst().getFormattedMessage())
        .startsWith("listen.proxy: clients that wait cannot be let in: accept(..) failed")
        .contains("LimitNOFILE, ulimit -n");
  }
}
