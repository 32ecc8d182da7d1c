package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.ClientHellos;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.RewritingSocket;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the first bytes through a CONNECT decide, however they come. */
class FirstBytesInsideTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  private static final int HANDSHAKE = 22;
  private static final int SERVER_HELLO = 2;
  private static final int PADDING = 21;

  @TempDir private static Path folder;

  private static TestCertificate certificate;

  @BeforeAll
  static void certificate() throws Exception {
    certificate = TestCertificate.make(folder, "origin.example");
  }

  private static TestGateway gateway(String inspect) throws IOException {
    return TestGateway.start(
        "origin: { trust: [ %s ] }\ninspect: { never: [], %s }\n"
            .formatted(certificate.certificate(), inspect));
  }

  private static Socket connected(TestGateway gateway, String authority) throws Exception {
    return new InsideClient(gateway.port(), gateway.trusting()).connect(authority).socket();
  }

  @Test
  void aNameThatIsEncryptedUnderAnotherIsCutOff() throws Exception {
    try (TestGateway gateway = gateway("cannot-open: { encrypted-hello: deny }");
        ScriptedOrigin origin = ScriptedOrigin.answering(OK)) {
      try (Socket line = connected(gateway, "origin.example:" + origin.port())) {
        line.getOutputStream()
            .write(ClientHellos.withEncryptedName(ClientHellos.naming("other.example")));
        assertThat(line.getInputStream().read()).isEqualTo(-1);
      }
      Record connect = gateway.record();
      assertThat(connect.decision).isEqualTo(Record.Decided.DENY);
      assertThat(connect.rule).isEqualTo("inspect.cannot-open.encrypted-hello");
      assertThat(connect.reason).contains("encrypted the name of the server");
      assertThat(connect.sni).isEqualTo("other.example");
      assertThat(origin.lines()).isEmpty();
    }
  }

  @Test
  void aNameThatIsEncryptedUnderAnotherPassesUnchangedWhereTheOwnerSaysSo() throws Exception {
    byte[] hello = ClientHellos.withEncryptedName(ClientHellos.naming("other.example"));
    try (TestGateway gateway = gateway("cannot-open: { encrypted-hello: tunnel }");
        ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.read(hello.length);
              line.send("as if it understood");
              line.readToEnd();
            })) {
      try (RawClient line = new RawClient(connected(gateway, "origin.example:" + origin.port()))) {
        assertThat(line.send(hello).read(19)).isEqualTo("as if it understood");
      }
      Record connect = gateway.record();
      assertThat(connect.decision).isEqualTo(Record.Decided.ALLOW);
      assertThat(connect.fate).isEqualTo(Record.Fate.UNSCANNED);
      assertThat(connect.verdictReason).contains("inspect.cannot-open.encrypted-hello says tunnel");
      assertThat(connect.sni).isEqualTo("other.example");
      assertThat(connect.bytesUp).isEqualTo(hello.length);
      assertThat(origin.received()).isEqualTo(new String(hello, StandardCharsets.ISO_8859_1));
    }
  }

  /**
   * What browsers send where they have no key for the origin: nobody can tell it from a real one.
   */
  @Test
  void anEncryptedHelloUnderTheRealNameIsOpened() throws Exception {
    try (TestGateway gateway = gateway("cannot-open: { encrypted-hello: deny }")) {
      try (Socket line = connected(gateway, "origin.example:443")) {
        line.getOutputStream()
            .write(ClientHellos.withEncryptedName(ClientHellos.naming("origin.example")));
        byte[] first = line.getInputStream().readNBytes(6);
        assertThat(first[0]).isEqualTo((byte) HANDSHAKE);
        assertThat(first[5]).isEqualTo((byte) SERVER_HELLO);
      }
      assertThat(gateway.record().inspectedBecause).isNotNull();
    }
  }

  /** How a ClientHello comes. */
  enum Cut {
    BYTE_BY_BYTE(hello -> hello),
    IN_RECORDS_OF_ONE_BYTE(hello -> ClientHellos.inRecordsOf(1, hello)),
    IN_RECORDS_OF_SEVENTEEN_BYTES(hello -> ClientHellos.inRecordsOf(17, hello)),
    LONG(hello -> ClientHellos.inRecordsOf(1 << 10, padded(hello, 20 << 10)));

    private final UnaryOperator<byte[]> rewritten;

    Cut(UnaryOperator<byte[]> rewritten) {
      this.rewritten = rewritten;
    }
  }

  private static byte[] padded(byte[] hello, int size) {
    return ClientHellos.withExtension(hello, PADDING, new byte[size]);
  }

  /** Cuts up what is written first, and sends it in small pieces; all later writes go unchanged. */
  private static final class Dribble extends OutputStream {
    private final OutputStream out;
    private final Cut cut;
    private boolean begun;

    Dribble(OutputStream out, Cut cut) {
      this.out = out;
      this.cut = cut;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      if (begun) {
        out.write(bytes, from, count);
        return;
      }
      begun = true;
      byte[] hello = cut.rewritten.apply(java.util.Arrays.copyOfRange(bytes, from, from + count));
      int piece = Math.max(1, hello.length / 1000);
      for (int at = 0; at < hello.length; at += piece) {
        out.write(hello, at, Math.min(piece, hello.length - at));
        // so that the kernel does not put them together
        LockSupport.parkNanos(100_000);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Cut.class, mode = EnumSource.Mode.EXCLUDE, names = "LONG")
  void aHelloIsRecognisedAndAnsweredHoweverItIsCut(Cut cut) throws Exception {
    try (TestGateway gateway = gateway("");
        ScriptedOrigin origin =
            ScriptedOrigin.secure(
                certificate.showing(),
                line -> {
                  line.readHead();
                  line.send(OK);
                })) {
      InsideClient client =
          new InsideClient(gateway.port(), gateway.trusting()).naming("origin.example");
      try (RawClient inside =
          client
              .over(
                  socket -> new RewritingSocket(socket, new Dribble(socket.getOutputStream(), cut)))
              .open("origin.example:" + origin.port())) {
        inside.send("GET /dribbled HTTP/1.1\r\nHost: origin.example\r\n\r\n");
        assertThat(inside.readResponse().body()).isEqualTo("ok");
      }
      Record record = gateway.journal().await(one -> one.mode == Record.Mode.INSPECTED);
      assertThat(record.sni).isEqualTo("origin.example");
      assertThat(record.path).isEqualTo("/dribbled");
    }
  }

  /** Its bytes go out changed, so that the handshake can only begin: the name is what counts. */
  @Test
  void aLongHelloIsRecognised() throws Exception {
    try (TestGateway gateway = gateway("")) {
      try (Socket line = connected(gateway, "origin.example:443")) {
        new Dribble(line.getOutputStream(), Cut.LONG).write(ClientHellos.naming("origin.example"));
        byte[] first = line.getInputStream().readNBytes(6);
        assertThat(first[5]).isEqualTo((byte) SERVER_HELLO);
      }
      assertThat(gateway.record().sni).isEqualTo("origin.example");
    }
  }

  @Test
  void aHelloThatNeverComesToItsEndIsEndedByTheLimitThoughBytesKeepComing() throws Exception {
    byte[] hello =
        ClientHellos.inRecordsOf(1 << 10, padded(ClientHellos.naming("origin.example"), 60 << 10));
    try (TestGateway gateway = gateway("handshake-timeout: 500ms")) {
      try (Socket line = connected(gateway, "origin.example:443")) {
        // all but what it would take to know what it is
        line.getOutputStream().write(hello, 0, hello.length / 2);
        keepSending(line, hello, hello.length / 2);
        assertThat(ended(line)).isTrue();
      }
      Record connect = gateway.record();
      assertThat(connect.errorSide).isEqualTo("client");
      assertThat(connect.errorKind).isEqualTo("client-tls-failed");
      assertThat(connect.errorDetail).contains("did not complete the TLS handshake in time");
      assertThat(connect.sni).isNull();
    }
  }

  /** A byte every few milliseconds, until the other side has had enough. */
  private static void keepSending(Socket line, byte[] hello, int from) {
    try {
      for (int at = from; at < from + 1000; at++) {
        line.getOutputStream().write(hello[at]);
        LockSupport.parkNanos(5_000_000);
      }
    } catch (IOException _) {
      // as meant
    }
  }

  private static boolean ended(Socket line) throws IOException {
    try (InputStream in = line.getInputStream()) {
      return in.read() < 0;
    } catch (java.net.SocketException _) {
      return true;
    }
  }

  @Test
  void aClientThatFallsSilentAfterItsHelloIsEndedByTheLimit() throws Exception {
    try (TestGateway gateway = gateway("handshake-timeout: 500ms")) {
      try (Socket line = connected(gateway, "origin.example:443")) {
        line.getOutputStream().write(ClientHellos.naming("origin.example"));
        assertThat(line.getInputStream().readAllBytes()).isNotEmpty();
      }
      Record connect = gateway.record();
      assertThat(connect.errorKind).isEqualTo("client-tls-failed");
      assertThat(connect.errorDetail).contains("did not complete the TLS handshake in time");
      assertThat(connect.sni).isEqualTo("origin.example");
    }
  }

  @Test
  void aHelloOfMoreThan64KiBIsGivenUpAndSaidSo() throws Exception {
    byte[] start = ClientHellos.naming("origin.example");
    // says that it is of less than 64 KiB; but its records' headers come on top
    start[6] = 0;
    start[7] = (byte) 0xff;
    start[8] = (byte) 0xff;
    byte[] filling = ClientHellos.inRecordsOf(1, new byte[1 << 12]);
    for (int at = 0; at < filling.length; at += 6) {
      filling[at] = HANDSHAKE;
      filling[at + 1] = 3;
    }
    try (TestGateway gateway = gateway("")) {
      try (Socket line = connected(gateway, "origin.example:443")) {
        line.getOutputStream().write(ClientHellos.inRecordsOf(100, start));
        sendUntilClosed(line, filling);
        assertThat(ended(line)).isTrue();
      }
      Record connect = gateway.record();
      assertThat(connect.errorKind).isEqualTo("client-tls-failed");
      assertThat(connect.errorDetail).contains("a ClientHello of more than 64 KiB");
    }
  }

  private static void sendUntilClosed(Socket line, byte[] bytes) {
    try {
      for (int i = 0; i < 1000; i++) {
        line.getOutputStream().write(bytes);
      }
      throw new AssertionError("16 MiB of one ClientHello were taken");
    } catch (IOException _) {
      // as meant
    }
  }
}
