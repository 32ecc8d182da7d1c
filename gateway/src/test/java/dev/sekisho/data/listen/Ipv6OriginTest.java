package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.DnsStep;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedDns;
import dev.sekisho.testing.ScriptedDns.Type;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Origins that only IPv6 reaches: by literal, by the hosts file, by a name with AAAA alone. */
class Ipv6OriginTest {
  private static final String NAMED =
      """
      policy:
        default: deny
        rules:
          - name: our own machine, by IPv6
            to: { address: "::1" }
            action: allow
      """;

  private final ScriptedDns dns = ScriptedDns.start();
  private ScriptedOrigin origin;
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    dns.on("only6.example", Type.A, DnsStep.noData(60))
        .on("only6.example", Type.AAAA, DnsStep.addresses(60, "::1"));
    origin =
        ScriptedOrigin.ofIpv6(line -> {
          while (!line.readHead().isEmpty()) {
            line.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nsix");
          }
        });
    gateway =
        TestGateway.start(
            NAMED,
            new TestGateway.Surroundings(
                Optional.empty(),
                Optional.of(dns.authority()),
                "::1 hosts6.example\n",
                UnaryOperator.identity()));
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    origin.close();
    dns.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[::1]", "[0:0:0:0:0:0:0:1]", "hosts6.example", "only6.example"})
  void isReachedByAPlainRequest(String host) throws Exception {
    String authority = host + ":" + origin.port();
    try (RawClient client = gateway.client()) {
      client.send("GET http://" + authority + "/a HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
      assertThat(client.readResponse().body()).isEqualTo("six");
    }
    String told = (host.startsWith("[") ? "[::1]" : host) + ":" + origin.port();
    assertThat(origin.received()).startsWith("GET /a HTTP/1.1\r\nHost: " + told + "\r\n");
    assertRecorded(gateway.record(), Record.Mode.PLAIN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[::1]", "[0:0:0:0:0:0:0:1]", "hosts6.example", "only6.example"})
  void isReachedThroughATunnel(String host) throws Exception {
    String authority = host + ":" + origin.port();
    try (RawClient client = gateway.client()) {
      client.send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
      client.send("GET /b HTTP/1.1\r\nHost: inside\r\n\r\n");
      assertThat(client.readResponse().body()).isEqualTo("six");
    }
    assertThat(origin.received()).isEqualTo("GET /b HTTP/1.1\r\nHost: inside\r\n\r\n");
    assertRecorded(gateway.record(), Record.Mode.CONNECT);
  }

  @Test
  void isRefusedUnderANameWhoseAddressNoRuleNames() throws Exception {
    dns.on("other6.example", Type.A, DnsStep.noData(60))
        .on("other6.example", Type.AAAA, DnsStep.addresses(60, "fd00::1"));
    try (RawClient client = gateway.client()) {
      client.send("GET http://other6.example/ HTTP/1.1\r\nHost: other6.example\r\n\r\n");
      assertThat(client.readResponse().status()).isEqualTo(403);
    }
    assertThat(gateway.record().originIp).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[::1]", "only6.example"})
  void thatRefusesIsSaidWithItsAddress(String host) throws Exception {
    int nobody;
    try (Socket bound = new Socket();
        RawClient client = gateway.client()) {
      // Holds a port without listening there.
      bound.bind(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0));
      nobody = bound.getLocalPort();
      String authority = host + ":" + nobody;
      client.send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
      assertThat(client.readResponse().status()).isEqualTo(502);
    }
    assertThat(gateway.record().errorDetail)
        .isEqualTo("[::1]:" + nobody + " refused the connection.");
  }

  private void assertRecorded(Record record, Record.Mode mode) {
    assertThat(record.mode).isEqualTo(mode);
    assertThat(record.originIp).isEqualTo("::1");
    assertThat(record.port).isEqualTo(origin.port());
    assertThat(record.rule).isEqualTo("our own machine, by IPv6");
    assertThat(record.errorKind).isNull();
  }
}
