package dev.sekisho.data.origin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.net.IpAddress;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectTroubleTest {
  private static final IpAddress ADDRESS = IpAddress.ofBytes(new byte[] {(byte) 192, 0, 2, 1});

  @Test
  void knowsTheErrorNumbersOfTheKernelInAnyLanguage() {
    assertThat(ConnectTrouble.of(kernel(111, "接続を拒否されました"))).isEqualTo(ConnectTrouble.REFUSED);
    assertThat(ConnectTrouble.of(kernel(104, "x"))).isEqualTo(ConnectTrouble.REFUSED);
    assertThat(ConnectTrouble.of(kernel(110, "x"))).isEqualTo(ConnectTrouble.SILENT);
    assertThat(ConnectTrouble.of(kernel(101, "x"))).isEqualTo(ConnectTrouble.UNREACHABLE);
    assertThat(ConnectTrouble.of(kernel(113, "x"))).isEqualTo(ConnectTrouble.UNREACHABLE);
    assertThat(ConnectTrouble.of(kernel(1, "x"))).isEqualTo(ConnectTrouble.UNREACHABLE);
    assertThat(ConnectTrouble.of(kernel(99, "x"))).isEqualTo(ConnectTrouble.NO_SOURCE);
  }

  @Test
  void knowsTheExceptionsOfTheJdk() {
    assertThat(ConnectTrouble.of(new ConnectTimeoutException("x")))
        .isEqualTo(ConnectTrouble.SILENT);
    assertThat(ConnectTrouble.of(new ConnectException("x"))).isEqualTo(ConnectTrouble.REFUSED);
    assertThat(ConnectTrouble.of(new NoRouteToHostException("x")))
        .isEqualTo(ConnectTrouble.UNREACHABLE);
    assertThat(ConnectTrouble.of(new SocketException("x"))).isEqualTo(ConnectTrouble.UNREACHABLE);
    assertThat(ConnectTrouble.of(new SocketException("x").initCause(new BindException("y"))))
        .isEqualTo(ConnectTrouble.NO_SOURCE);
    assertThat(ConnectTrouble.of(new IOException())).isEqualTo(ConnectTrouble.UNREACHABLE);
  }

  @Test
  void letsTheMostTellingTroubleSpeakForAll() {
    assertThat(kind(ConnectTrouble.UNREACHABLE, ConnectTrouble.REFUSED))
        .isEqualTo(Failure.Kind.CONNECT_REFUSED);
    assertThat(kind(ConnectTrouble.SILENT, ConnectTrouble.UNREACHABLE))
        .isEqualTo(Failure.Kind.CONNECT_TIMEOUT);
    assertThat(kind(ConnectTrouble.NO_SOURCE, ConnectTrouble.UNREACHABLE))
        .isEqualTo(Failure.Kind.CONNECT_UNREACHABLE);
  }

  private static Failure.Kind kind(ConnectTrouble first, ConnectTrouble second) {
    return ConnectTrouble.failure(
            List.of(
                new ConnectTrouble.Failed(ADDRESS, first),
                new ConnectTrouble.Failed(ADDRESS, second)),
            443)
        .kind();
  }

  private static Throwable kernel(int number, String words) {
    return new ConnectException("connect(..) failed with error(-" + number + "): " + words);
  }
}
