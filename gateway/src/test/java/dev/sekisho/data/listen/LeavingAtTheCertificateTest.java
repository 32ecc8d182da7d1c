package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.ClientHellos;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RewritingSocket;
import dev.sekisho.testing.TestGateway;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that do not like the gateway's certificate, and go without saying so. */
class LeavingAtTheCertificateTest {
  private static final int CHANGE_CIPHER_SPEC = 20;
  private static final int ALERT = 21;
  private static final int ENCRYPTED = 23;

  private enum Leave {
    CLOSE,
    RESET
  }

  private static TestGateway gateway() throws IOException {
    return TestGateway.start("inspect: { never: [] }\n");
  }

  private static Socket connected(TestGateway gateway) throws Exception {
    return new InsideClient(gateway.port(), gateway.trusting())
        .connect("origin.example:443")
        .socket();
  }

  static Stream<Arguments> versionsAndWays() {
    return Stream.of("TLSv1.2", "TLSv1.3")
        .flatMap(version -> Stream.of(Leave.values()).map(leave -> Arguments.of(version, leave)));
  }

  @ParameterizedTest
  @MethodSource("versionsAndWays")
  void oneThatClosesAtOnceIsRecordedAsSuch(String version, Leave leave) throws Exception {
    try (TestGateway gateway = gateway()) {
      try (Socket line = connected(gateway)) {
        line.getOutputStream().write(ClientHellos.naming("origin.example", version));
        assertThat(line.getInputStream().readNBytes(100)).hasSize(100);
        leave(line, leave);
      }
      Record connect = gateway.record();
      assertThat(connect.errorSide).isEqualTo("client");
      assertThat(connect.errorKind).isEqualTo("client-left-at-certificate");
      assertThat(connect.errorDetail).contains("without an alert");
      assertThat(connect.sni).isEqualTo("origin.example");
    }
  }

  private static void leave(Socket line, Leave leave) throws IOException {
    switch (leave) {
      case CLOSE -> {
        line.shutdownOutput();
        assertThat(line.getInputStream().readAllBytes()).isNotEmpty();
      }
      case RESET -> line.setSoLinger(true, 0);
    }
  }

  /**
   * What says nothing about the certificate: what some send for the sake of middleboxes before they
   * look at it, and how they take leave, in plain text and, of this size, encrypted.
   */
  static Stream<byte[]> farewells() {
    byte[] spec = {CHANGE_CIPHER_SPEC, 3, 3, 0, 1, 1};
    byte[] plain = {ALERT, 3, 3, 0, 2, 1, 0};
    byte[] encrypted = Arrays.copyOf(new byte[] {ENCRYPTED, 3, 3, 0, 19}, 5 + 19);
    byte[] both = Arrays.copyOf(spec, spec.length + encrypted.length);
    System.arraycopy(encrypted, 0, both, spec.length, encrypted.length);
    return Stream.of(spec, plain, encrypted, both);
  }

  @ParameterizedTest
  @MethodSource("farewells")
  void howOneTakesLeaveIsNoAnswer(byte[] farewell) throws Exception {
    try (TestGateway gateway = gateway()) {
      try (Socket line = connected(gateway)) {
        line.getOutputStream().write(ClientHellos.naming("origin.example"));
        assertThat(line.getInputStream().readNBytes(100)).hasSize(100);
        line.getOutputStream().write(farewell);
        leave(line, Leave.CLOSE);
      }
      assertThat(gateway.record().errorKind).isEqualTo("client-left-at-certificate");
    }
  }

  /** The gateway has no X448, so it asks for another hello before it shows anything. */
  @Test
  void oneThatWasAskedForASecondHelloIsAmongThemToo() throws Exception {
    SSLEngine client = SSLContext.getDefault().createSSLEngine("origin.example", 443);
    client.setUseClientMode(true);
    SSLParameters parameters = client.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName("origin.example")));
    parameters.setNamedGroups(new String[] {"x448", "x25519"});
    client.setSSLParameters(parameters);
    try (TestGateway gateway = gateway()) {
      try (Socket line = connected(gateway)) {
        line.getOutputStream().write(wrapped(client));
        DataInputStream in = new DataInputStream(line.getInputStream());
        byte[] header = in.readNBytes(5);
        byte[] retry = in.readNBytes((header[3] & 0xff) << 8 | header[4] & 0xff);
        ByteBuffer record = ByteBuffer.allocate(header.length + retry.length);
        client.unwrap(record.put(header).put(retry).flip(), ByteBuffer.allocate(1 << 15));
        client.getDelegatedTask().run();
        byte[] second = wrapped(client);
        assertThat(second).as("a record of a ClientHello").startsWith(22);
        assertThat(second[5]).isEqualTo((byte) 1);
        line.getOutputStream().write(second);
        assertThat(in.readNBytes(500)).hasSize(500);
        leave(line, Leave.CLOSE);
      }
      assertThat(gateway.record().errorKind).isEqualTo("client-left-at-certificate");
    }
  }

  private static byte[] wrapped(SSLEngine client) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(1 << 15);
    client.wrap(ByteBuffer.allocate(0), out);
    return Arrays.copyOf(out.array(), out.position());
  }

  @Test
  void aPlainAlertThatComplainsOfSomethingElseIsNamed() throws Exception {
    try (TestGateway gateway = gateway()) {
      try (Socket line = connected(gateway)) {
        line.getOutputStream().write(ClientHellos.naming("origin.example"));
        assertThat(line.getInputStream().readNBytes(100)).hasSize(100);
        line.getOutputStream().write(new byte[] {ALERT, 3, 3, 0, 2, 2, 80});
        leave(line, Leave.CLOSE);
      }
      Record connect = gateway.record();
      assertThat(connect.errorKind).isEqualTo("client-tls-failed");
      assertThat(connect.errorDetail).contains("internal_error");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 43, 200})
  void oneThatNeverSaidHelloIsNotAmongThem(int bytes) throws Exception {
    byte[] hello = ClientHellos.naming("origin.example");
    try (TestGateway gateway = gateway()) {
      try (Socket line = connected(gateway)) {
        line.getOutputStream().write(hello, 0, bytes);
      }
      Record connect = gateway.record();
      assertThat(connect.errorKind).isEqualTo("client-tls-failed");
      assertThat(connect.errorDetail).contains("before it was shown a certificate");
    }
  }

  @Test
  void oneThatGoesWhenItHasAnsweredTheCertificateIsNotAmongThem() throws Exception {
    try (TestGateway gateway = gateway()) {
      InsideClient client =
          new InsideClient(gateway.port(), gateway.trusting())
              .naming("origin.example")
              .over(socket -> new RewritingSocket(socket, new Interrupted(socket)));
      assertThatThrownBy(() -> client.handshake("origin.example:443"))
          .isInstanceOf(IOException.class);
      Record connect = gateway.record();
      assertThat(connect.errorKind).isEqualTo("client-tls-failed");
      assertThat(connect.errorDetail).contains("in the middle of the TLS handshake");
    }
  }

  /** Lets the hello pass, and then so little that no record of an answer is whole. */
  private static final class Interrupted extends OutputStream {
    private final Socket socket;
    private int writes;
    private int left = 30;

    Interrupted(Socket socket) {
      this.socket = socket;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      if (writes++ == 0) {
        socket.getOutputStream().write(bytes, from, count);
        return;
      }
      int some = Math.min(count, left);
      socket.getOutputStream().write(bytes, from, some);
      left -= some;
      if (left == 0) {
        socket.shutdownOutput();
        throw new IOException("cut, as meant");
      }
    }
  }
}
