package dev.sekisho.data.origin;

import static dev.sekisho.testing.CertificateWorkshop.ip;
import static dev.sekisho.testing.CertificateWorkshop.origin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.origin.trust.CertificateCheck;
import dev.sekisho.data.origin.trust.Intermediates;
import dev.sekisho.data.origin.trust.Roots;
import dev.sekisho.net.DomainName;
import dev.sekisho.testing.CertificateWorkshop.Made;
import dev.sekisho.testing.SoundCertificates;
import dev.sekisho.testing.SoundCertificates.Sound;
import dev.sekisho.testing.TlsOrigin;
import dev.sekisho.testing.TlsOrigin.ClientCertificate;
import dev.sekisho.testing.TlsOrigin.Manner;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TlsToOriginsTest {
  private static final String HOST = SoundCertificates.HOST;
  private static final Made ROOT = SoundCertificates.ROOT;
  private static final Made MIDDLE = SoundCertificates.MIDDLE;
  private static final Made LEAF = SoundCertificates.LEAF;
  private static final List<X509Certificate> TRUST = SoundCertificates.roots();

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sekisho.testing.SoundCertificates#all")
  void servesWhatIsSound(Sound sound) throws Exception {
    TlsOrigin origin = serving(sound.shown(), sound.manner());
    TlsVisitor.Outcome outcome =
        visitor(TlsToOrigins.Library.NATIVE).visit(sound.host(), origin.port());
    assertThat(outcome.secured()).isInstanceOf(OriginTls.Secured.Done.class);
    assertThat(outcome.page()).endsWith("ok");
  }

  @ParameterizedTest
  @EnumSource
  void worksWithEitherLibrary(TlsToOrigins.Library library) throws Exception {
    TlsOrigin origin = serving(List.of(LEAF), Manner.USUAL);
    TlsVisitor visitor = visitor(library);
    assertThat(visitor.visit(HOST, origin.port()).page()).endsWith("ok");
    assertThat(origin.visit().serverName()).contains(HOST);
    TlsVisitor.Outcome wrong = visitor.visit("www.other.example", origin.port());
    assertThat(failure(wrong).kind()).isEqualTo(Failure.Kind.CERTIFICATE_REFUSED);
    assertThat(failure(wrong).detail()).contains("is not for www.other.example");
    assertThat(origin.visit().bytes()).isZero();
    assertThat(visitor.tls().underWay()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void sendsNoServerNameForAnAddress(TlsToOrigins.Library library) throws Exception {
    Made byAddress =
        origin("x").alternatives(List.of(ip("192.0.2.7"), ip("2001:db8::7"))).signedBy(ROOT);
    TlsOrigin origin = serving(List.of(byAddress), Manner.USUAL);
    TlsVisitor visitor = visitor(library);
    for (String address : List.of("192.0.2.7", "2001:db8::7")) {
      assertThat(visitor.visit(address, origin.port()).page()).endsWith("ok");
      assertThat(origin.visit().serverName()).isEqualTo("[]");
    }
  }

  @ParameterizedTest
  @MethodSource("librariesAndVersions")
  void resumesSessions(TlsToOrigins.Library library, String version) throws Exception {
    TlsOrigin origin = serving(List.of(LEAF), Manner.USUAL.only(version));
    TlsVisitor visitor = visitor(library);
    assertThat(visitor.visit(HOST, origin.port()).page()).endsWith("ok");
    Instant first = origin.visit().session();
    assertThat(visitor.visit(HOST, origin.port()).page()).endsWith("ok");
    assertThat(origin.visit().session()).isEqualTo(first);
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> librariesAndVersions() {
    return Arrays.stream(TlsToOrigins.Library.values())
        .flatMap(library ->
            Stream.of("TLSv1.2", "TLSv1.3")
                .map(v -> org.junit.jupiter.params.provider.Arguments.of(library, v)));
  }

  @ParameterizedTest
  @MethodSource("librariesAndVersions")
  void holdsAResumedSessionAgainstTodaysTrust(TlsToOrigins.Library library, String version)
      throws Exception {
    AtomicReference<Set<java.security.PublicKey>> own = new AtomicReference<>(Set.of());
    CertificateCheck check =
        new CertificateCheck(
            Roots.only(TRUST), own::get, Intermediates.NONE, InstantSource.system());
    TlsVisitor visitor = opened(new TlsVisitor(OriginTlsConfig.usual(), check, library));
    TlsOrigin origin = serving(List.of(LEAF), Manner.USUAL.only(version));
    assertThat(visitor.visit(HOST, origin.port()).page()).endsWith("ok");
    assertThat(origin.visit().bytes()).isPositive();
    own.set(Set.of(ROOT.keys().getPublic()));
    check.forget();
    TlsVisitor.Outcome outcome = visitor.visit(HOST, origin.port());
    assertThat(failure(outcome).detail()).contains("this gateway's own authority");
    assertThat(origin.visit().bytes()).isZero();
  }

  @ParameterizedTest
  @MethodSource("librariesAndVersions")
  void saysWhereAClientCertificateIsNeeded(TlsToOrigins.Library library, String version)
      throws Exception {
    TlsOrigin origin =
        serving(List.of(LEAF), Manner.USUAL.only(version).asking(ClientCertificate.NEEDED));
    TlsVisitor.Outcome outcome = visitor(library).visit(HOST, origin.port());
    // with TLS 1.3 the origin says so only after the client thinks that all is well
    String said =
        outcome.secured() instanceof OriginTls.Secured.Failed(var failure)
            ? failure.detail()
            : outcome.page();
    assertThat(said)
        .contains("asked for a client certificate")
        .contains("origin.credentials")
        .contains("inspect.never");
    if (outcome.secured() instanceof OriginTls.Secured.Failed(var failure)) {
      assertThat(failure.kind()).isEqualTo(Failure.Kind.CLIENT_CERTIFICATE_NEEDED);
    }
    assertThat(origin.visit().bytes()).isZero();
  }

  @ParameterizedTest
  @MethodSource("librariesAndVersions")
  void showsAClientCertificateOnlyToWhomItIsFor(TlsToOrigins.Library library, String version)
      throws Exception {
    Made client = origin("client").signedBy(MIDDLE);
    var credential =
        new OriginCredential(
            "partner",
            List.of(client.certificate(), MIDDLE.certificate()),
            client.key(),
            List.of(new OriginCredential.Shown.Exactly(new DomainName(HOST))));
    var config =
        new OriginTlsConfig(
            Duration.ofSeconds(10),
            List.of(),
            OriginTlsConfig.Missing.REFUSED,
            List.of(credential));
    TlsVisitor visitor = opened(new TlsVisitor(config, TlsVisitor.check(TRUST, Set.of()), library));
    Made both = origin(HOST, "www.other.example").signedBy(ROOT);
    TlsOrigin origin =
        serving(List.of(both), Manner.USUAL.only(version).asking(ClientCertificate.WANTED));
    assertThat(visitor.visit(HOST, origin.port()).page()).endsWith("ok");
    assertThat(origin.visit().clientCertificates()).isEqualTo(2);
    assertThat(visitor.visit("www.other.example", origin.port()).page()).endsWith("ok");
    assertThat(origin.visit().clientCertificates()).isZero();
  }

  @Test
  void refusesWhatChoosesAnotherProtocol() throws Exception {
    TlsOrigin origin =
        serving(
            List.of(LEAF),
            new Manner(Manner.USUAL.versions(), ClientCertificate.NOT_ASKED, List.of("h2")));
    TlsVisitor.Outcome outcome = visitor(TlsToOrigins.Library.NATIVE).visit(HOST, origin.port());
    assertThat(failure(outcome).kind()).isEqualTo(Failure.Kind.TLS_ALERT);
    assertThat(failure(outcome).detail()).contains("no application protocol");
    assertThat(origin.bytes()).isZero();
  }

  /** A ServerHello that goes down to this version, and nothing else. */
  private static byte[] serverHello(int minor) {
    String body = "030" + minor + "00".repeat(32) + "00" + "c013" + "00";
    int length = body.length() / 2;
    return HexFormat.of().parseHex("160301%04x02%06x%s".formatted(length + 4, length, body));
  }

  @ParameterizedTest
  @EnumSource
  void refusesOriginsWithNothingNewerThanTls11(TlsToOrigins.Library library) throws Exception {
    for (int minor : new int[] {1, 2}) {
      int port =
          raw(socket -> {
            byte[] hello = new byte[64];
            int read = socket.getInputStream().read(hello);
            assertThat(read).isPositive();
            socket.getOutputStream().write(serverHello(minor));
            drain(socket);
          });
      Failure failure = failure(visitor(library).visit(HOST, port));
      assertThat(failure.kind()).isEqualTo(Failure.Kind.TLS_FAILED);
      assertThat(failure.detail()).contains("speaks no TLS newer than 1.1");
    }
  }

  @Test
  void saysThatAnOriginDoesNotSpeakTls() throws Exception {
    int port =
        raw(socket -> {
          byte[] greeting = "220 mail.example ESMTP\r\n".getBytes(StandardCharsets.US_ASCII);
          socket.getOutputStream().write(greeting);
          drain(socket);
        });
    Failure failure = failure(visitor(TlsToOrigins.Library.NATIVE).visit(HOST, port));
    assertThat(failure.detail()).contains("does not speak TLS");
  }

  @Test
  void endsWhereTheOriginClosesInTheHandshake() throws Exception {
    int port = raw(Socket::close);
    Failure failure = failure(visitor(TlsToOrigins.Library.NATIVE).visit(HOST, port));
    assertThat(failure.kind()).isEqualTo(Failure.Kind.TLS_FAILED);
  }

  @Test
  void endsWhereTheOriginStopsSendingInTheHandshake() throws Exception {
    int port =
        raw(socket -> {
          socket.shutdownOutput();
          drain(socket);
        });
    Failure failure = failure(visitor(TlsToOrigins.Library.NATIVE).visit(HOST, port));
    assertThat(failure.detail()).contains("closed the connection during the TLS handshake");
  }

  @Test
  void failsOnAChannelThatHasEndedBefore() throws Exception {
    TlsOrigin origin = serving(List.of(LEAF), Manner.USUAL);
    TlsVisitor visitor = visitor(TlsToOrigins.Library.NATIVE);
    Channel channel = visitor.dial(origin.port());
    channel.close().sync();
    assertThat(visitor.secure(channel, HOST, origin.port()))
        .isInstanceOf(OriginTls.Secured.Failed.class);
    assertThat(visitor.tls().underWay()).isZero();
  }

  @Test
  void givesUpOnAHandshakeThatDribbles() throws Exception {
    int port =
        raw(socket -> {
          byte[] hello = serverHello(3);
          OutputStream out = socket.getOutputStream();
          for (byte each : Arrays.copyOf(hello, 40)) {
            out.write(each);
            Thread.sleep(20);
          }
          drain(socket);
        });
    Failure failure = failure(visitor(Duration.ofMillis(300)).visit(HOST, port));
    assertThat(failure.kind()).isEqualTo(Failure.Kind.TLS_FAILED);
    assertThat(failure.detail()).contains("did not finish the TLS handshake within 300 ms");
  }

  @Test
  void takesOnlySoManyBytesInAHandshake() throws Exception {
    int port =
        raw(socket -> {
          OutputStream out = socket.getOutputStream();
          // warning alerts of TLS 1.2, which may be ignored, without end
          byte[] record = HexFormat.of().parseHex("150303000201" + "5a");
          byte[] many = new byte[record.length * 4096];
          for (int at = 0; at < many.length; at += record.length) {
            System.arraycopy(record, 0, many, at, record.length);
          }
          while (!socket.isClosed()) {
            out.write(many);
          }
        });
    assertThat(failure(visitor(TlsToOrigins.Library.NATIVE).visit(HOST, port)).kind())
        .isIn(Failure.Kind.TLS_FAILED, Failure.Kind.TLS_ALERT);
  }

  @Test
  void callsNobodyAfterItWasCancelled() throws Exception {
    CompletableFuture<Integer> ended = new CompletableFuture<>();
    int port = raw(socket -> ended.complete(drain(socket)));
    TlsVisitor visitor = visitor(TlsToOrigins.Library.NATIVE);
    Channel channel = visitor.dial(port);
    CompletableFuture<OriginTls.Secured> called = new CompletableFuture<>();
    Dialler.Attempt attempt =
        visitor
            .tls()
            .secure(
                channel,
                new DomainName(HOST),
                port,
                OriginKey.Security.Tls.ANONYMOUS,
                called::complete);
    attempt.cancel();
    channel.closeFuture().sync();
    assertThat(ended.get(20, TimeUnit.SECONDS)).isNotNegative();
    assertThat(called).isNotDone();
    assertThat(visitor.tls().underWay()).isZero();
  }

  @Test
  void leavesAutoReadAsItWas() throws Exception {
    TlsOrigin origin = serving(List.of(LEAF), Manner.USUAL);
    TlsVisitor visitor = visitor(TlsToOrigins.Library.NATIVE);
    Channel channel = visitor.dial(origin.port());
    assertThat(visitor.secure(channel, HOST, origin.port()))
        .isInstanceOf(OriginTls.Secured.Done.class);
    assertThat(channel.config().isAutoRead()).isFalse();
    assertThat(channel.pipeline().get(SslHandler.class)).isNotNull();
    assertThat(channel.pipeline().get(HandshakeBytes.class)).isNull();
    channel.close().sync();
  }

  private interface Script {
    void play(Socket socket) throws Exception;
  }

  /** An origin of bytes; its port. */
  private int raw(Script script) throws IOException {
    ServerSocket listener = opened(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
    Thread.ofVirtual()
        .start(() -> {
          try (Socket socket = listener.accept()) {
            script.play(socket);
          } catch (Exception _) {
            // the gateway has hung up, or the test is over
          }
        });
    return listener.getLocalPort();
  }

  private static int drain(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[4096];
    int all = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      all += n;
    }
    return all;
  }

  private static Failure failure(TlsVisitor.Outcome outcome) {
    assertThat(outcome.secured()).isInstanceOf(OriginTls.Secured.Failed.class);
    return ((OriginTls.Secured.Failed) outcome.secured()).failure();
  }

  private TlsOrigin serving(List<Made> shown, Manner manner) throws IOException {
    return opened(
        new TlsOrigin(
            shown.stream().map(Made::certificate).toList(), shown.getFirst().key(), manner));
  }

  private TlsVisitor visitor(TlsToOrigins.Library library) throws IOException {
    return opened(
        new TlsVisitor(OriginTlsConfig.usual(), TlsVisitor.check(TRUST, Set.of()), library));
  }

  private TlsVisitor visitor(Duration timeout) throws IOException {
    var config =
        new OriginTlsConfig(timeout, List.of(), OriginTlsConfig.Missing.REFUSED, List.of());
    return opened(
        new TlsVisitor(config, TlsVisitor.check(TRUST, Set.of()), TlsToOrigins.Library.NATIVE));
  }

  private <T extends AutoCloseable> T opened(T each) {
    open.add(each);
    return each;
  }
}
