package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.origin.Dialler;
import dev.sekisho.journal.Record;
import dev.sekisho.net.IpAddress;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.SoundCertificates;
import dev.sekisho.testing.SoundCertificates.Sound;
import dev.sekisho.testing.TestGateway;
import dev.sekisho.testing.TlsOrigin;
import dev.sekisho.testing.UnsoundCertificates;
import dev.sekisho.testing.UnsoundCertificates.Unsound;
import java.net.IDN;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever an origin's certificate is, through the whole gateway, for a client that would believe
 * anything: what is unsound gets no byte of the request and is answered inside by a sentence of its
 * own, and what is sound is served. One gateway sees them all, so that no case can hide behind what
 * another left.
 */
class OriginCertificatesInsideTest {
  private static final IpAddress LOOPBACK = IpAddress.v4(0x7f000001);

  private static final String HOSTS =
      "127.0.0.1 good.example www.good.example a.b.good.example itself.example"
          + " xn--bcher-kva.example\n";

  private static final AtomicInteger ASKED = new AtomicInteger();

  private static TestGateway gateway;

  /** By which a record is found: the kernel gives ports again to the origins of later cases. */
  private final String path = "/secret-" + ASKED.incrementAndGet();

  @BeforeAll
  static void begin() throws Exception {
    List<X509Certificate> roots = new ArrayList<>(UnsoundCertificates.roots());
    roots.addAll(SoundCertificates.roots());
    gateway =
        TestGateway.start(
            """
            inspect: { never: [] }
            policy:
              rules:
                - name: origins of this test
                  to: { address: [127.0.0.0/8, 192.0.2.0/24, "2001:db8::/32"] }
                  action: allow
            """,
            new TestGateway.Surroundings(
                Optional.empty(),
                Optional.empty(),
                HOSTS,
                OriginCertificatesInsideTest::toLoopback,
                roots));
  }

  /** Origins that are asked for by an address of the documentation stand on loopback too. */
  private static Dialler toLoopback(Dialler dialler) {
    return (_, port, loop, then) -> dialler.dial(List.of(LOOPBACK), port, loop, then);
  }

  @AfterAll
  static void end() throws Exception {
    gateway.close();
  }

  private RawClient.Response ask(String host, int port) throws Exception {
    String wire = host.contains(":") ? "[" + host + "]" : IDN.toASCII(host);
    InsideClient client = new InsideClient(gateway.port(), TestGateway.trustingAnyName());
    boolean address = host.contains(":") || host.matches("[0-9.]+");
    try (RawClient inside = (address ? client : client.naming(wire)).open(wire + ":" + port)) {
      return inside
          .send(
              "POST "
                  + path
                  + " HTTP/1.1\r\nHost: "
                  + wire
                  + ":"
                  + port
                  + "\r\nCookie: a=b\r\nContent-Length: 4\r\n\r\nbody")
          .readResponse();
    }
  }

  private Record inside() throws InterruptedException {
    return gateway.journal().await(record -> path.equals(record.path));
  }

  @ParameterizedTest
  @MethodSource("dev.sekisho.testing.UnsoundCertificates#all")
  void theUnsoundGetNoByteOfTheRequestAndAreAnsweredInside(Unsound bad) throws Exception {
    try (TlsOrigin origin =
        new TlsOrigin(bad.chain(), bad.shown().getFirst().key(), TlsOrigin.Manner.USUAL)) {
      RawClient.Response refused = ask(bad.host(), origin.port());

      assertThat(refused.status()).isEqualTo(502);
      assertThat(refused.body()).contains(bad.words()).contains("certificate-refused");
      assertThat(refused.field("Proxy-Status")).contains("tls_certificate_error");
      Record record = inside();
      assertThat(record.errorSide).isEqualTo("origin");
      assertThat(record.errorKind).isEqualTo("certificate-refused");
      assertThat(record.errorDetail).contains(bad.words()).endsWith(".");
      assertThat(record.status).isEqualTo(502);
      assertThat(record.decision).isEqualTo(Record.Decided.ALLOW);
      assertThat(origin.visit().bytes()).isZero();
      assertThat(origin.bytes()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sekisho.testing.SoundCertificates#all")
  void theSoundAreServed(Sound sound) throws Exception {
    try (TlsOrigin origin =
        new TlsOrigin(sound.chain(), sound.shown().getFirst().key(), sound.manner())) {
      RawClient.Response served = ask(sound.host(), origin.port());

      assertThat(served.status()).isEqualTo(200);
      assertThat(served.body()).isEqualTo("ok");
      Record record = inside();
      assertThat(record.errorKind).isNull();
      assertThat(record.tlsOriginVersion).startsWith("TLSv1.");
      assertThat(origin.bytes()).isPositive();
    }
  }
}
