package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.sekisho.journal.Record;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who asks: when the client is asked, what it inherits, and what never leaves. */
class AskedWhoTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  private static final String HANAKO = credentials("hanako", "correct horse");
  private static final String TARO = credentials("taro", "battery staple");

  /** More than are recorded one by one. */
  private static final int TURNED_AWAY = 60;

  @TempDir private static Path folder;

  private static TestCertificate certificate;
  private static SSLContext showing;

  private TestGateway gateway;

  @BeforeAll
  static void users() throws Exception {
    certificate = TestCertificate.make(folder, "origin.example");
    showing = certificate.showing();
    Files.setPosixFilePermissions(
        Files.writeString(
            folder.resolve("users"),
            "hanako:" + hash("correct horse") + "\ntaro:" + hash("battery staple") + "\n"),
        PosixFilePermissions.fromString("rw-------"));
    Files.writeString(folder.resolve("groups"), "developers: hanako taro\n");
  }

  @BeforeEach
  void start() throws IOException {
    gateway =
        TestGateway.start(
            """
            limits: { refusals-recorded: 20 }
            origin: { trust: [%s] }
            inspect: { never: [] }
            identity: { password-file: %s, group-file: %s }
            policy:
              rules:
                - { name: for everybody, to: { address: 127.0.0.0/8, path: /open/** }, action: allow }
                - { name: developers, who: { groups: [developers] }, to: { address: 127.0.0.0/8 }, action: allow }
            """
                .formatted(
                    certificate.certificate(), folder.resolve("users"), folder.resolve("groups")));
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  private static String hash(String password) {
    return BCrypt.withDefaults().hashToString(4, password.toCharArray());
  }

  private static String credentials(String user, String password) {
    return "Proxy-Authorization: Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8))
        + "\r\n";
  }

  private static String get(ScriptedOrigin origin, String path, String fields) {
    return "GET http://"
        + origin.authority()
        + path
        + " HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\n"
        + fields
        + "\r\n";
  }

  private static ScriptedOrigin secure() throws IOException {
    return ScriptedOrigin.secure(
        showing,
        line -> {
          while (!line.readHead().isEmpty()) {
            line.send(OK);
          }
        });
  }

  private InsideClient client() throws Exception {
    return new InsideClient(gateway.port(), gateway.trusting()).naming("origin.example");
  }

  @Test
  void whoAsksIsAskedWhenARuleNeedsToKnow() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient client = gateway.client()) {
      RawClient.Response asked = client.send(get(origin, "/", "")).readResponse();
      assertThat(asked.status()).isEqualTo(407);
      assertThat(asked.field("Proxy-Authenticate")).startsWith("Basic realm=");
      RawClient.Response served = client.send(get(origin, "/", HANAKO)).readResponse();
      assertThat(served.body()).isEqualTo("ok");
      assertThat(origin.received()).doesNotContainIgnoringCase("Proxy-Authorization");
    }
    List<Record> all = gateway.journal().awaitClosed(2);
    assertThat(all.getFirst().decision).isEqualTo(Record.Decided.ASK);
    assertThat(all.getFirst().status).isEqualTo(407);
    assertThat(all.getLast().user).isEqualTo("hanako");
    assertThat(all.getLast().groups).containsExactly("developers");
    assertThat(all.getLast().identifiedBy).isEqualTo("basic");
  }

  @Test
  void nobodyIsAskedWhereNoRuleInPlayNeedsToKnow() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient client = gateway.client()) {
      assertThat(client.send(get(origin, "/open/x", "")).readResponse().body()).isEqualTo("ok");
      assertThat(gateway.record().user).isNull();
    }
  }

  @Test
  void aWrongPasswordIsAskedForAgain() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient client = gateway.client()) {
      String wrong = credentials("hanako", "wrong");
      assertThat(client.send(get(origin, "/", wrong)).readResponse().status()).isEqualTo(407);
      assertThat(client.send(get(origin, "/open/x", wrong)).readResponse().status()).isEqualTo(200);
      assertThat(origin.lines()).hasSize(1);
    }
    assertThat(gateway.journal().awaitClosed(2))
        .allSatisfy(record -> assertThat(record.user).isNull());
    assertThat(gateway.journal().closed().getFirst().errorDetail).contains("password");
  }

  @Test
  void attemptsThatAreTurnedAwayUncheckedAreCountedWhenTheyAreMany() throws Exception {
    List<RawClient> waiting = new ArrayList<>();
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK)) {
      try (RawClient client = gateway.client()) {
        for (int i = 0; i < 4; i++) {
          String guess = credentials("hanako", "guess" + i);
          assertThat(client.send(get(origin, "/", guess)).readResponse().status()).isEqualTo(407);
        }
      }
      for (int i = 0, seen = 0; seen < TURNED_AWAY; i++) {
        if (waiting.isEmpty() || i < 8) {
          waiting.add(gateway.client());
        }
        RawClient last = waiting.getLast();
        last.socket().setSoTimeout(i < 8 ? 50 : 1000);
        try {
          last.send(get(origin, "/", credentials("hanako", "more" + i)));
          seen += last.readResponse().status() == 503 ? 1 : 0;
        } catch (SocketTimeoutException _) {
          // This one has to wait for its turn.
          waiting.add(gateway.client());
        }
      }
      for (RawClient one : waiting) {
        one.close();
      }
      assertThat(origin.lines()).isEmpty();
    }
    gateway.close();
    List<Record> unchecked =
        gateway.journal().closed().stream()
            .filter(record -> "identity-unavailable".equals(record.errorKind))
            .toList();
    assertThat(unchecked).hasSizeLessThan(TURNED_AWAY);
    assertThat(unchecked).anySatisfy(count -> assertThat(count.repeats).isPositive());
  }

  @Test
  void aConnectIsAskedBeforeTlsIsOpenedAndRequestsInsideInheritTheAnswer() throws Exception {
    try (ScriptedOrigin origin = secure()) {
      String authority = "origin.example:" + origin.port();
      assertThat(client().connect(authority).status()).isEqualTo(407);
      try (RawClient inside = client().saying(HANAKO).open(authority)) {
        inside.send("GET /closed HTTP/1.1\r\nHost: origin.example\r\n\r\n");
        assertThat(inside.readResponse().body()).isEqualTo("ok");
        inside.send("GET /open/x HTTP/1.1\r\nHost: origin.example\r\n" + TARO + "\r\n");
        assertThat(inside.readResponse().body()).isEqualTo("ok");
      }
      assertThat(origin.received()).doesNotContainIgnoringCase("Proxy-Authorization");
    }
    assertThat(gateway.journal().awaitClosed(4).subList(1, 4))
        .allSatisfy(record -> assertThat(record.user).isEqualTo("hanako"));
  }

  @Test
  void twoUsersShareNoConnectionToAnOrigin() throws Exception {
    try (ScriptedOrigin origin = secure()) {
      String authority = "origin.example:" + origin.port();
      for (String who : List.of(HANAKO, TARO, HANAKO, TARO)) {
        try (RawClient inside = client().saying(who).open(authority)) {
          inside.send("GET /closed HTTP/1.1\r\nHost: origin.example\r\n\r\n");
          assertThat(inside.readResponse().body()).isEqualTo("ok");
        }
      }
      assertThat(origin.lines()).hasSize(2);
    }
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient client = gateway.client()) {
      for (String who : List.of(HANAKO, TARO, HANAKO, TARO)) {
        assertThat(client.send(get(origin, "/", who)).readResponse().body()).isEqualTo("ok");
      }
      assertThat(origin.lines()).hasSize(2);
    }
  }
}
