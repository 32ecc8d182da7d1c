package dev.sekisho.data.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.relay.TunnelRig.Line;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The contract through a wide pipe while readers keep up, and narrow ones when they do not. */
final class SpliceTunnelsWithWidePipeTest extends TunnelsContract {
  private static final int BULK = 64 * 1024 * 1024;

  @Override
  TunnelRig rig() throws Exception {
    return new TunnelRig(
        new SpliceTunnels(new TunnelLimits(1, 64 * 1024, 8, 256 * 1024, 1024 * 1024)),
        TunnelRig.Transport.EPOLL);
  }

  @Test
  void slowReadersDoNotKeepTheWidePipeFromOthers() throws Exception {
    Line first = open();
    Line second = open();
    Future<String> firstSent = send(first.client(), 11, BULK, 0);
    Future<String> secondSent = send(second.client(), 12, BULK, 0);
    awaitStandstill(first);
    awaitStandstill(second);
    Line quick = open();
    Future<String> quickSent = send(quick.client(), 13, BULK, 0);
    assertThat(get(receive(quick.origin(), 0))).isEqualTo(get(quickSent));
    assertThat(get(receive(first.origin(), 1))).isEqualTo(get(firstSent));
    assertThat(get(receive(second.origin(), 1))).isEqualTo(get(secondSent));
  }
}
