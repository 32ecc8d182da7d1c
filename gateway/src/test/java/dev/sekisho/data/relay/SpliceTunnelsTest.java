package dev.sekisho.data.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sekisho.data.relay.TunnelRig.Line;
import dev.sekisho.data.relay.Tunnels.Cause;
import dev.sekisho.data.relay.Tunnels.Ended;
import java.net.SocketException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The contract through pipes, and what only the pump promises. */
final class SpliceTunnelsTest extends TunnelsContract {
  private static final int BULK = 64 * 1024 * 1024;

  @Override
  TunnelRig rig() throws Exception {
    return new TunnelRig(
        new SpliceTunnels(new TunnelLimits(1, 64 * 1024, 1, 256 * 1024, 0)),
        TunnelRig.Transport.EPOLL);
  }

  @Test
  void noticesAResetAfterAHalfClose() throws Exception {
    Line line = open();
    line.client().shutdownOutput();
    assertThat(readAll(line.origin())).isEmpty();
    reset(line.client());
    assertThat(line.end().cause()).isEqualTo(Cause.CLIENT_RESET);
  }

  @Test
  void noticesAResetWhileTheOtherSideDoesNotRead() throws Exception {
    Line line = open();
    Future<String> sent = send(line.client(), 8, BULK, 0);
    awaitStandstill(line);
    reset(line.client());
    assertThat(line.end().cause()).isEqualTo(Cause.CLIENT_RESET);
    assertThatThrownBy(() -> get(sent)).hasCauseInstanceOf(SocketException.class);
  }

  @Test
  void copiesWhileASlowReaderKeepsTheOnlyPipe() throws Exception {
    long pipes = TunnelRig.descriptors("pipe:");
    Line slow = open();
    Future<String> slowSent = send(slow.client(), 9, BULK, 0);
    awaitStandstill(slow);
    assertThat(TunnelRig.descriptors("pipe:")).isEqualTo(pipes + 2);
    Line other = open();
    Future<String> sent = send(other.client(), 10, BULK, 0);
    assertThat(get(receive(other.origin(), 0))).isEqualTo(get(sent));
    assertThat(TunnelRig.descriptors("pipe:")).isEqualTo(pipes + 2);
    assertThat(get(receive(slow.origin(), 0))).isEqualTo(get(slowSent));
  }

  @Test
  void leavesNothingBehindAnUrgentMark() throws Exception {
    Line line = open();
    for (int i = 0; i < 50; i++) {
      line.client().getOutputStream().write("before".getBytes(US_ASCII));
      line.client().sendUrgentData('!');
      line.client().getOutputStream().write("after".getBytes(US_ASCII));
      assertThat(read(line.origin(), 11)).isEqualTo("beforeafter");
    }
    line.client().close();
    line.origin().close();
    assertThat(line.end()).isEqualTo(new Ended(550, 0, Cause.CLOSED));
  }
}
