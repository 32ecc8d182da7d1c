package dev.sekisho.data.origin.trust;

import static dev.sekisho.testing.CertificateWorkshop.authority;
import static dev.sekisho.testing.CertificateWorkshop.origin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import dev.sekisho.testing.CertificateWorkshop.Made;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntermediateFetchTest {
  private static final IpAddress LOOPBACK = IpAddress.v4(0x7f000001);
  private static final String AT = "http://issuer.example/middle.der";
  private static final Made ROOT = authority("Test Root").selfSigned();
  private static final Made MIDDLE = authority("Test Middle").signedBy(ROOT);
  private static final Made LEAF = origin("www.good.example").issuerAt(AT).signedBy(MIDDLE);

  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void fetchesWhatTheOriginLeftOutOnceAndOnlyOverThatUrl() throws Exception {
    try (ServerSocket server = serving(answer("200 OK", MIDDLE.certificate().getEncoded()))) {
      IntermediateFetch fetch = fetch(server);
      assertThat(check(fetch)).isInstanceOf(CertificateCheck.Result.Sound.class);
      assertThat(check(fetch)).isInstanceOf(CertificateCheck.Result.Sound.class);
      assertThat(asked).hasValue(1);
    }
  }

  @Test
  void believesNothingThatItFetches() throws Exception {
    Made other = authority("Test Middle").selfSigned();
    try (ServerSocket server = serving(answer("200 OK", other.certificate().getEncoded()))) {
      assertThat(check(fetch(server))).isInstanceOf(CertificateCheck.Result.Refused.class);
    }
  }

  @Test
  void refusesWhatIsTooLargeOrNoAnswer() throws Exception {
    for (byte[] answer :
        List.of(
            answer("200 OK", new byte[70_000]),
            answer("302 Found\r\nLocation: http://127.0.0.1/", new byte[0]),
            answer("200 OK\r\nTransfer-Encoding: chunked", new byte[10]),
            answer("200 OK", new byte[] {1, 2, 3}),
            new byte[] {1, 2})) {
      try (ServerSocket server = serving(answer)) {
        assertThat(fetch(server).at(URI.create(AT))).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://issuer.example/a",
        "ftp://issuer.example/a",
        "file:///etc/passwd",
        "http://issuer.example:8080/a",
        "http://user@issuer.example/a",
        "http:///a",
        "ldap://issuer.example/cn=a"
      })
  void asksNobodyOverAnotherKindOfUrl(String url) {
    IntermediateFetch fetch =
        new IntermediateFetch(_ -> {
          asked.incrementAndGet();
          return List.of(LOOPBACK);
        });
    assertThat(fetch.at(URI.create(url))).isEmpty();
    assertThat(asked).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:7f00:1]"})
  void dialsNoAddressThatIsNotGloballyReachable(String host) throws Exception {
    try (ServerSocket server = serving(answer("200 OK", MIDDLE.certificate().getEncoded()))) {
      var fetch =
          new IntermediateFetch(
              _ -> List.of(LOOPBACK),
              address ->
                  dev.sekisho.net.AddressClass.of(address) == dev.sekisho.net.AddressClass.GLOBAL,
              server.getLocalPort());
      assertThat(fetch.at(URI.create("http://" + host + "/a"))).isEmpty();
      assertThat(fetch.at(URI.create(AT))).isEmpty();
      assertThat(asked).hasValue(0);
    }
  }

  private static CertificateCheck.Result check(Intermediates intermediates) {
    return new CertificateCheck(
            Roots.only(List.of(ROOT.certificate())), Set::of, intermediates, InstantSource.system())
        .check(List.of(LEAF.certificate()), new DomainName("www.good.example"));
  }

  private static IntermediateFetch fetch(ServerSocket server) {
    return new IntermediateFetch(_ -> List.of(LOOPBACK), _ -> true, server.getLocalPort());
  }

  private static byte[] answer(String status, byte[] body) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(("HTTP/1.1 " + status + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    all.writeBytes(body);
    return all.toByteArray();
  }

  private ServerSocket serving(byte[] answer) throws Exception {
    ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual()
        .start(() -> {
          while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
              asked.incrementAndGet();
              byte[] request = new byte[1024];
              if (socket.getInputStream().read(request) > 0) {
                socket.getOutputStream().write(answer);
              }
            } catch (Exception _) {
              // the next one, or the end of the test
            }
          }
        });
    return server;
  }
}
