package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * A path that some origin could read as a forbidden one is refused, and a harmless one passes byte
 * for byte. Two hosts: where only {@code /public/} is allowed, and where only {@code /admin/} is
 * forbidden.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PathReadingTest {
  private static final String POLICY =
      """
      policy:
        default: deny
        rules:
          - name: never administration
            to: { path: /admin/** }
            action: deny
          - name: the public part
            to: { host: origin.example, address: [127.0.0.0/8], path: /public/** }
            action: allow
          - name: all of the other
            to: { host: other.example, address: [127.0.0.0/8] }
            action: allow
      """;

  /** Each can be read as {@code /admin/x}. */
  private static final List<String> ADMIN =
      List.of(
          "/admin/x",
          "/public/../admin/x",
          "/./admin/x",
          "/public/%2e%2e/admin/x",
          "/public/.%2e/admin/x",
          "/public/%2E%2E/admin/x",
          "/public/..%2fadmin/x",
          "/public/..%2Fadmin%2Fx",
          "/public/%2e%2e%2fadmin/x",
          "/public/%252e%252e/admin/x",
          "/public/..%252fadmin/x",
          "/public/%252e%252e%252fadmin%252fx",
          "/public/%%32%65%%32%65/admin/x",
          "/%61dmin/x",
          "/%2561dmin/x",
          "/%61%64%6d%69%6e/x",
          "//admin/x",
          "/public/////../////admin/x",
          "/%2fadmin/x",
          "/public//../admin/x",
          "/public\\..\\admin\\x",
          "/public%5c..%5cadmin%5cx",
          "/public/..%255cadmin/x",
          "/\\admin/x",
          "/admin;v=1/x",
          "/admin;/x",
          "/public/..;/admin/x",
          "/public/..;a=b/admin/x",
          "/.;/admin/x",
          "/;/admin/x",
          "/public/..%3b/admin/x",
          "/public/..%253b/admin/x",
          "/public;/../admin/x",
          "/public/%2e%2e;/admin/x",
          "/public/%2e%2e%3bx/admin/x",
          "/public/%c0%ae%c0%ae/admin/x",
          "/public/..%c0%afadmin/x",
          "/public/..%e0%80%afadmin/x",
          "/public/..%c1%9cadmin/x",
          "/public/%25c0%25ae./admin/x",
          "/public/%u002e%u002e/admin/x",
          "/public/..%u002fadmin/x",
          "/%u0061dmin/x",
          "/public\\.;x\\%2e%2e//%2561dmin;y/x",
          "/../../admin/x",
          "/public/x/../../admin/x",
          "/admin/./x",
          "/admin/../admin/x",
          "/admin//x",
          "/admin/x?a=/public/",
          "/admin%2fx",
          "/public/%2e%2e/%2e%2e/admin/x",
          "/public/../public/../admin/x");

  /** Each can be read as a path outside {@code /public/}. */
  private static final List<String> OUTSIDE =
      List.of(
          "/private",
          "/publicity/x",
          "/Public/x",
          "/public/..",
          "/public/../private",
          "/public/%2e%2e/private",
          "/public/..%2fprivate",
          "/public/%252e%252e/private",
          "/public/..;/private",
          "/public/..\\private",
          "/public/..%5cprivate",
          "/public/%c0%ae%c0%ae/private",
          "/public;x",
          "/x/../../private",
          "/public/a/%2e%2e/%2e%2e/private",
          "/public/a/..%2f..%2fprivate",
          "/?/public/");

  private static final List<String> HARMLESS =
      List.of(
          "/public/",
          "/public/index.html",
          "/public/a/b/c",
          "/public/a/",
          "/public/.well-known/x",
          "/public/.git/config",
          "/public/...",
          "/public/..a/b",
          "/public/a../b",
          "/public/a..b",
          "/public/~user/",
          "/public/a:b",
          "/public/a@b",
          "/public/a,b",
          "/public/a=b&c",
          "/public/a+b",
          "/public/a!b",
          "/public/$batch",
          "/public/(a)",
          "/public/a*b",
          "/public/a'b",
          "/public/a|b",
          "/public/[a]",
          "/public/{a}",
          "/public/a\"b",
          "/public/a^b",
          "/public/a`b",
          "/public/<a>",
          "/public/A/B",
          "/public/v2/library/debian/manifests/sha256:0123",
          "/public/@scope/package",
          "/public/g++",
          "/public/a%20b",
          "/public/100%",
          "/public/%zz",
          "/public/a%2cb",
          "/public/%E2%82%AC",
          "/public/caf%E9",
          "/public/a;jsessionid=1",
          "/public/a;v=1/b;v=2",
          "/public//a",
          "/public/./a",
          "/public/a/../b",
          "/public/%7Euser",
          "/public/g++_4%3a14.deb",
          "/public/%2525",
          "/public/a%2Fb",
          "/public/%40scope%2fname",
          "/public/a%00b",
          "/public/%0d%0a",
          "/public/%u65e5",
          "/public/%F0%9F%98%80",
          "/public/...%2f",
          "/public/%2e",
          "/public/a%3Fb",
          "/public/a%23b",
          "/public/%3B",
          "/public/administration",
          "/public/a?b=c&d=../../admin/x",
          "/public/a?",
          "/public/a??b",
          "/public/a?b=%2e%2e%2fadmin",
          "/public/admin/x");

  private TestGateway gateway;
  private ScriptedOrigin origin;

  @BeforeAll
  void start() throws IOException {
    gateway = TestGateway.start(POLICY);
    origin = ScriptedOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }

  @AfterAll
  void stop() throws IOException, InterruptedException {
    origin.close();
    gateway.close();
  }

  @TestFactory
  Stream<DynamicTest> whatCanBeReadAsForbiddenIsForbidden() {
    return ADMIN.stream()
        .flatMap(path ->
            Stream.of(
                DynamicTest.dynamicTest(
                    "other.example" + path,
                    () -> refused("other.example", path, "never administration")),
                DynamicTest.dynamicTest(
                    "origin.example" + path,
                    () -> refused("origin.example", path, "never administration"))));
  }

  @TestFactory
  Stream<DynamicTest> whatCanBeReadAsNotAllowedIsNotAllowed() {
    return OUTSIDE.stream()
        .map(path ->
            DynamicTest.dynamicTest(path, () -> refused("origin.example", path, "default")));
  }

  @TestFactory
  Stream<DynamicTest> aHarmlessPathPassesByteForByte() {
    return HARMLESS.stream()
        .map(path ->
            DynamicTest.dynamicTest(path, () -> passes("origin.example", path, "the public part")));
  }

  @TestFactory
  Stream<DynamicTest> whatIsOnlyNotPublicPassesWhereEverythingElseIsAllowed() {
    return OUTSIDE.stream()
        .filter(path -> !path.contains("\\"))
        .map(path ->
            DynamicTest.dynamicTest(path, () -> passes("other.example", path, "all of the other")));
  }

  @Test
  void theTablesKnowMoreThanFortyOfEach() {
    assertThat(ADMIN).hasSizeGreaterThan(40).doesNotHaveDuplicates();
    assertThat(HARMLESS).hasSizeGreaterThan(40).doesNotHaveDuplicates();
  }

  private void refused(String host, String path, String rule)
      throws IOException, InterruptedException {
    int before = origin.received().length();
    int records = gateway.journal().closed().size();
    // A backslash is no part of a URL at all.
    boolean malformed = path.contains("\\");
    assertThat(ask(host, path)).isEqualTo(malformed ? 400 : 403);
    assertThat(gateway.journal().awaitClosed(records + 1).getLast().rule)
        .isEqualTo(malformed ? null : rule);
    assertThat(origin.received()).hasSize(before);
  }

  private void passes(String host, String path, String rule)
      throws IOException, InterruptedException {
    int records = gateway.journal().closed().size();
    assertThat(ask(host, path)).isEqualTo(200);
    assertThat(origin.received())
        .contains("GET " + path + " HTTP/1.1\r\nHost: " + host + ":" + origin.port() + "\r\n");
    var record = gateway.journal().awaitClosed(records + 1).getLast();
    assertThat(record.url).isEqualTo("http://" + host + ":" + origin.port() + path);
    assertThat(record.rule).isEqualTo(rule);
  }

  private int ask(String host, String path) throws IOException {
    try (RawClient client = gateway.client()) {
      String authority = host + ":" + origin.port();
      client.send(
          "GET http://" + authority + path + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
      return client.readResponse().status();
    }
  }
}
