package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.data.http1.Bad;
import dev.sekisho.data.http1.HeadLimits;
import dev.sekisho.data.http1.ParsedRequest;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.RequestParser;
import dev.sekisho.data.inspect.Authorities;
import dev.sekisho.data.inspect.Authority;
import dev.sekisho.data.inspect.InspectConfig;
import dev.sekisho.data.inspect.Leaves;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import dev.sekisho.testing.Program;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OwnPageTest {
  private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
  private static final Authority AUTHORITY = Authority.make("one.example", NOW);
  private static final Authority NEXT = Authority.make("two.example", NOW);
  private static final InspectionMeans INSPECTION =
      new InspectionMeans(
          new NoLeaves(),
          () -> new Authorities(AUTHORITY, Optional.of(NEXT)),
          InspectConfig.read(
              Section.absent("inspect", Mark.file("none"), new Problems()), Path.of("")));

  /** The page mints nothing. */
  private static final class NoLeaves implements Leaves {
    @Override
    public @Nullable SslContext known(Host host) {
      return null;
    }

    @Override
    public void mint(Host host, IpAddress client, Executor loop, Consumer<Minted> then) {
      throw new AssertionError("the page needs no certificate for " + host.text());
    }
  }

  private static ParsedRequest parsed(String request) {
    return new RequestParser(HeadLimits.DEFAULT, 80)
        .parse(Unpooled.copiedBuffer(request, StandardCharsets.ISO_8859_1));
  }

  /** The answer as it goes out, a character for each byte. */
  private static String answer(String path, String request) {
    return answer(path, request, OwnPage.Door.PLAIN);
  }

  private static String answer(String path, String request, OwnPage.Door door) {
    ByteBuf bytes =
        OwnPage.render(
            path,
            (RequestHead) parsed(request),
            INSPECTION,
            door,
            UnpooledByteBufAllocator.DEFAULT);
    try {
      return bytes.toString(StandardCharsets.ISO_8859_1);
    } finally {
      bytes.release();
    }
  }

  private static String head(String answer) {
    return answer.substring(0, answer.indexOf("\r\n\r\n") + 2);
  }

  private static String body(String answer) {
    return new String(
        answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1),
        StandardCharsets.UTF_8);
  }

  private static String page(String host, String more) {
    return body(answer("/", "GET / HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "gateway.example:3128, gateway.example, 3128",
    "GATEWAY.example.:8080, gateway.example, 8080",
    "gateway.example,      gateway.example, 80",
    "10.0.0.7:3128,        10.0.0.7,        3128",
    "[2001:db8::7]:3128,   [2001:db8::7],   3128",
  })
  void tellsTheAddressUnderWhichTheClientCame(String field, String host, String port) {
    assertThat(page(field, ""))
        .contains("<code class=\"big\">http://" + host + ":" + port + "</code>")
        .contains("http://" + host + ":" + port + "/ca.pem")
        .contains("http://" + host + ":" + port + "/proxy.pac")
        .contains("-Dhttps.proxyHost=" + host + " -Dhttps.proxyPort=" + port)
        .doesNotContain("GATEWAY");
  }

  @Test
  void whoAsksThroughTheProxyKnowsItsAddress() {
    String page =
        body(answer("/", "GET http://sekisho/ HTTP/1.1\r\nHost: other.example:1\r\n\r\n"));
    assertThat(page)
        .contains("<code class=\"big\">http://GATEWAY:3128</code>")
        .contains("in place of GATEWAY")
        .doesNotContain("other.example")
        .doesNotContain("sekisho:80");
  }

  @Test
  void whoAsksThroughTheProxyByItsAddressIsToldThatAddress() {
    assertThat(body(answer("/", "GET http://10.0.0.7:3128/ HTTP/1.1\r\nHost: x\r\n\r\n")))
        .contains("<code class=\"big\">http://10.0.0.7:3128</code>");
  }

  /** What a browser is told by the script, as Node runs it. */
  @Test
  void theScriptSendsThroughTheGatewayWhatIsNotBesideIt() throws Exception {
    String script =
        answer("/proxy.pac", "GET /proxy.pac HTTP/1.1\r\nHost: gateway.example:3128\r\n\r\n");
    assertThat(head(script)).contains("Content-Type: application/x-ns-proxy-autoconfig\r\n");
    List<String> through =
        List.of(
            "example.com",
            "sekisho",
            "SEKISHO",
            "127.example.com",
            "10.0.0.1.example",
            "8.8.8.8",
            "172.32.0.1",
            "192.169.0.1",
            "2001:db8::1",
            "[2001:db8::1]",
            "fcc.example",
            "fe80.example");
    List<String> directly =
        List.of(
            "localhost",
            "intranet",
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "::1",
            "[::1]",
            "fd00:ec2::254",
            "fe80::1");
    String asked =
        Stream.concat(through.stream(), directly.stream())
            .map(host -> "FindProxyForURL(\"https://x/\", \"" + host + "\")")
            .collect(Collectors.joining(", ", "console.log([", "].join(\"\\n\"))"));
    Program.Result result = Program.run("node", "-e", body(script) + asked);
    assertThat(result.errors()).isEmpty();
    assertThat(result.output().lines())
        .containsExactlyElementsOf(
            Stream.concat(
                    through.stream().map(_ -> "PROXY gateway.example:3128"),
                    directly.stream().map(_ -> "DIRECT"))
                .toList());
  }

  @Test
  void whatTheDoorOverTlsGivesSaysSo() {
    String asked = "GET /proxy.pac HTTP/1.1\r\nHost: [2001:db8::7]:3129\r\n\r\n";
    assertThat(body(answer("/proxy.pac", asked, OwnPage.Door.TLS)))
        .contains("\"HTTPS [2001:db8::7]:3129\"");
    String page =
        body(answer("/", "GET / HTTP/1.1\r\nHost: g.example:3129\r\n\r\n", OwnPage.Door.TLS));
    assertThat(page)
        .contains("<code class=\"big\">https://g.example:3129</code>")
        .contains("https://g.example:3129/proxy.pac")
        .contains("speaks TLS to this port")
        .doesNotContain("http://g.example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /proxy.pac HTTP/1.0", "GET http://sekisho/proxy.pac HTTP/1.0"})
  void withoutItsOwnAddressThereIsNoScript(String asked) {
    String answer = answer("/proxy.pac", asked + "\r\n\r\n");
    assertThat(head(answer)).startsWith("HTTP/1.1 404 ");
    assertThat(body(answer)).contains("without the proxy");
  }

  @Test
  void withoutAHostTheAddressIsLeftOpen() {
    assertThat(body(answer("/", "GET / HTTP/1.0\r\n\r\n"))).contains("http://GATEWAY:3128");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>alert(1)</script>",
        "a\"onclick=x",
        "x;rm%20-rf",
        "$(id).example",
        "`id`.example",
        "a'b.example",
        "a\\b.example",
        "a&b",
        "a b",
        "gateway.example:80:90",
        "user@gateway.example",
      })
  void whatMeansSomethingToAPageOrAShellNeverGetsThere(String host) {
    assertThat(parsed("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")).isInstanceOf(Bad.class);
  }

  @Test
  void escapesWhatComesFromOutside() {
    assertThat(PageTemplate.escaped("<a href=\"x\" title='y'>&</a>"))
        .isEqualTo("&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ja                 | ja | プロキシを設定する",
        "ja-JP,en;q=0.8     | ja | プロキシを設定する",
        "en,ja;q=0.9        | en | Set the proxy",
        "de                 | en | Set the proxy",
      })
  void speaksTheLanguageThatIsPreferred(String accepted, String language, String text) {
    assertThat(page("x", "Accept-Language: " + accepted + "\r\n"))
        .contains("<html lang=\"" + language + "\">")
        .contains(text);
  }

  @Test
  void bothLanguagesSayTheSameThings() {
    Properties english = PageTemplate.texts("own_en.properties");
    Properties japanese = PageTemplate.texts("own_ja.properties");
    assertThat(japanese.stringPropertyNames()).isEqualTo(english.stringPropertyNames());
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "ja"})
  void noPlaceholderIsLeftAndNothingIsLoadedFromElsewhere(String language) {
    String page = page("x", "Accept-Language: " + language + "\r\n");
    assertThat(page).doesNotContainPattern("\\{[a-z-]+}");
    assertThat(page).doesNotContain("<script", "<link", "<img", "url(", "@import");
    assertThat(page).contains("href=\"/ca.pem\"").contains("href=\"/ca.crt\"");
  }

  @Test
  void showsTheFingerprintOfTheAuthorityInUse() throws Exception {
    String digest =
        HexFormat.ofDelimiter(":")
            .withUpperCase()
            .formatHex(
                MessageDigest.getInstance("SHA-256").digest(AUTHORITY.anchor().getEncoded()));
    assertThat(page("x", "").replace("<wbr>", ""))
        .contains("<code class=\"big\">" + digest + "</code>");
  }

  @Test
  void theAuthorityIsGivenByteForByte() throws Exception {
    String pem = answer("/ca.pem", "GET /ca.pem HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(head(pem)).contains("Content-Type: application/x-pem-file\r\n");
    assertThat(body(pem)).isEqualTo(AUTHORITY.pem() + NEXT.pem());
    String crt = answer("/ca.crt", "GET /ca.crt HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(head(crt)).contains("Content-Type: application/x-x509-ca-cert\r\n");
    assertThat(crt.substring(crt.indexOf("\r\n\r\n") + 4))
        .isEqualTo(new String(AUTHORITY.anchor().getEncoded(), StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/ca.pem", "/ca.crt", "/proxy.pac", "/nothing"})
  void headHasTheFieldsOfGetAndNoBody(String path) {
    String get = answer(path, "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    String head = answer(path, "HEAD " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(head).isEqualTo(head(get) + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "BREW"})
  void othersAreToldWhatIsAllowed(String method) {
    assertThat(head(answer("/", method + " / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")))
        .startsWith("HTTP/1.1 405 ")
        .contains("\r\nAllow: GET, HEAD, OPTIONS\r\n");
  }

  @Test
  void thePageMayNotRunAnything() {
    assertThat(head(answer("/", "GET / HTTP/1.1\r\nHost: x\r\n\r\n")))
        .contains("\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n")
        .contains("\r\nX-Content-Type-Options: nosniff\r\n");
  }
}
