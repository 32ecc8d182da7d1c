package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignalsTest {
  private final List<String> told = new ArrayList<>();
  private final Signals signals = new Signals();
  private final Signals.Told gateway =
      new Signals.Told() {
        @Override
        public void reload() {
          told.add("reload");
        }

        @Override
        public void stop() {
          told.add("stop");
        }
      };

  @Test
  void whatIsReloadedBeforeThereIsAGatewayIsReloadedOnceItRuns() {
    signals.reload();
    signals.reload();
    signals.running(gateway);
    assertThat(told).containsExactly("reload");
  }

  @Test
  void aRunningGatewayIsToldEachTimeAndStoppedOnce() {
    signals.running(gateway);
    assertThat(told).isEmpty();
    signals.reload();
    signals.reload();
    signals.end();
    signals.end();
    signals.reload();
    assertThat(told).containsExactly("reload", "reload", "stop");
  }

  @Test
  void aGatewayThatComesAfterTheEndIsStopped() {
    signals.end();
    signals.running(gateway);
    assertThat(told).containsExactly("stop");
  }
}
