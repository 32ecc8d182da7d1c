package dev.sekisho.app;

import static dev.sekisho.app.InspectedSite.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.ClientHome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * The clients that people have, set up as {@code docs/clients.md} says, through the real gateway
 * with inspection on: they get what they asked for, and the records have the whole URLs. Everything
 * is on loopback; the origin also plays the registries.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealClientsInsideTest {
  private static final String SYSTEM_LIST = "/etc/ssl/certs/ca-certificates.crt";

  /** Nothing that talks to the browser's maker, and what a root user in a container needs. */
  private static final String CHROMIUM =
      "chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run"
          + " --disable-background-networking --disable-component-update --disable-sync ";

  /** Opens a URL by both clients that Java has; each by the proxy of the system properties. */
  private static final String FETCH =
      """
      import java.net.*;
      import java.net.http.*;
      class Fetch {
        public static void main(String[] words) throws Exception {
          URI url = URI.create(words[0]);
          try (var in = url.toURL().openStream()) {
            System.out.print(new String(in.readAllBytes()));
          }
          try (var client = HttpClient.newBuilder().proxy(ProxySelector.getDefault()).build()) {
            var request = HttpRequest.newBuilder(url).header("User-Agent", "fetch").build();
            System.out.print(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
          }
        }
      }
      """;

  private InspectedSite site;

  /** Without the proxy's variables. */
  private ClientHome bare;

  private ClientHome home;
  private Path bundle;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    Path www = Files.createDirectories(temporary.resolve("www"));
    Files.createDirectories(www.resolve("secret"));
    Files.writeString(www.resolve("hello.html"), "<title>allowed</title><p>hello inside</p>\n");
    Files.writeString(www.resolve("secret/a.txt"), "a secret\n");
    site =
        InspectedSite.start(
            temporary,
            "location /maven/ { alias "
                + localRepository()
                + "/; }\n"
                + "location /npm/ { default_type application/json; }");
    bare = ClientHome.in(temporary.resolve("home"));
    home = bare;
    for (String variable :
        new String[] {"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"}) {
      home = home.with(variable, site.gateway());
    }
    home = home.with("no_proxy", "localhost,127.0.0.1").with("NO_PROXY", "localhost,127.0.0.1");
    sh(home, "curl --noproxy '*' -sSfo sekisho.pem " + site.gateway() + "/ca.pem");
    // As the system's list is after update-ca-certificates.
    bundle = home.path("bundle.pem");
    sh(home, "cat " + SYSTEM_LIST + " sekisho.pem > bundle.pem");
  }

  @AfterAll
  void stop() throws IOException {
    site.close();
    home.close();
  }

  private static Path localRepository() {
    String surefire = System.getProperty("localRepository");
    return surefire == null
        ? Path.of(System.getProperty("user.home"), ".m2", "repository")
        : Path.of(surefire);
  }

  private static String sh(ClientHome home, String line) throws InterruptedException {
    ClientHome.Said said = home.sh(line);
    assertThat(said.exit()).as(line + "\n" + said.text()).isZero();
    return said.text();
  }

  @Test
  void theAuthorityIsTheSameFromTheProxyPortAndThroughTheProxyAndOnTheGateway() throws Exception {
    sh(bare, "curl -sS -x " + site.gateway() + " -fo other.pem http://sekisho/ca.pem");
    sh(bare, "cmp sekisho.pem other.pem");
    String line = sh(bare, "openssl x509 -in sekisho.pem -noout -fingerprint -sha256");
    assertThat(site.authority()).contains(line.substring(line.indexOf('=') + 1).strip());
  }

  @Test
  void theFirstLineToTypeBringsTheAuthorityWhateverTheShellHasSet() throws Exception {
    ClientHome shell = home.with("no_proxy", "").with("NO_PROXY", "");
    sh(shell, "mkdir -p first; cd first; " + site.greeting("First:"));
    sh(bare, "cmp sekisho.pem first/ca.pem");
    assertThat(site.greeting("Try:"))
        .isEqualTo("curl -x " + site.gateway() + " --cacert ca.pem https://example.com/");
  }

  @Test
  void curlGetsThePage() throws Exception {
    String page = "/hello.html?by=curl";
    assertThat(sh(home, "curl -sSf --cacert bundle.pem '" + site.origin() + page + "'"))
        .contains("hello inside");
    JsonNode record = site.allowed(page, "curl/");
    assertThat(text(record, "path")).isEqualTo("/hello.html");
    assertThat(record.path("bytes_down").asLong()).isEqualTo(42);
  }

  @Test
  void curlIsRefusedInsideTls() throws Exception {
    String said = sh(home, "curl -sSi --cacert bundle.pem " + site.origin() + "/secret/a.txt");
    assertThat(said).contains("200 Connection Established", "HTTP/1.1 403", "not permitted");
    assertThat(said).doesNotContain("a secret");
    JsonNode record = site.inside("/secret/a.txt", "curl/");
    assertThat(text(record, "decision")).isEqualTo("deny");
    assertThat(text(record, "rule")).isEqualTo("secrets");
    assertThat(record.path("status").asInt()).isEqualTo(403);
    assertThat(said).contains(text(record, "id"));
  }

  @Test
  void gitListsTheBranchesOfARemoteRepository() throws Exception {
    sh(
        bare,
        """
        git init -q work
        cd work
        git -c user.name=a -c user.email=a@origin.example commit -q --allow-empty -m first
        cd ..
        git clone -q --bare work ../www/repository.git
        git -C ../www/repository.git update-server-info
        """);
    String head = sh(bare, "git -C work rev-parse HEAD").strip();
    sh(bare, "git config --global http.proxy " + site.gateway());
    sh(bare, "git config --global http.sslCAInfo " + bundle);

    assertThat(sh(bare, "git ls-remote " + site.origin() + "/repository.git"))
        .contains(head + "\tHEAD");
    site.allowed("/repository.git/info/refs?service=git-upload-pack", "git/");
    site.allowed("/repository.git/HEAD", "git/");
  }

  @Test
  void aptUpdates() throws Exception {
    String packages =
        """
        Package: hello-inside
        Version: 1.0
        Architecture: all
        Maintainer: a <a@origin.example>
        Filename: ./hello-inside_1.0_all.deb
        Size: 3
        SHA256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
        Description: a package for one test

        """;
    String now = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
    bare.file("../www/apt/Packages", packages);
    bare.file(
        "../www/apt/Release",
        "Date: %s\nSHA256:\n %s %d Packages\n"
            .formatted(now.replace("GMT", "UTC"), sha256(packages), packages.length()));
    bare.file("apt/etc/sources.list", "deb [trusted=yes] " + site.origin() + "/apt/ ./\n");
    bare.file(
        "apt/etc/apt.conf.d/80proxy",
        """
        Acquire::http::Proxy "GATEWAY/";
        Acquire::https::Proxy "GATEWAY/";
        Acquire::https::CAInfo "BUNDLE";
        """
            .replace("GATEWAY", site.gateway())
            .replace("BUNDLE", bundle.toString()));
    bare.file("apt/status", "");
    Path config =
        bare.file(
            "apt/apt.conf",
            """
            Dir::Etc "HOME/etc";
            Dir::State "HOME/state";
            Dir::State::status "HOME/status";
            Dir::Cache "HOME/cache";
            Dir::Log "HOME";
            APT::Sandbox::User "root";
            """
                .replace("HOME", bare.path("apt").toString()));
    sh(bare, "mkdir -p apt/state/lists/partial apt/cache/archives/partial");
    ClientHome apt = bare.with("APT_CONFIG", config.toString());

    String said = sh(apt, "apt-get update");
    assertThat(said).contains("Packages").doesNotContain("Err:", "W:", "E:");
    assertThat(sh(apt, "apt-cache policy hello-inside 2>/dev/null")).contains("Candidate: 1.0");
    site.allowed("/apt/./Release", "Debian APT");
    site.allowed("/apt/./Packages", "Debian APT");
    assertThat(site.inside("/apt/./InRelease", "Debian APT").path("status").asInt()).isEqualTo(404);
  }

  private static String sha256(String text) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    return HexFormat.of().formatHex(digest);
  }

  @Test
  void npmViewsAPackage() throws Exception {
    bare.file(
        "../www/npm/inside",
        """
        {"_id": "inside", "name": "inside", "dist-tags": {"latest": "1.2.3"},
         "versions": {"1.2.3": {"name": "inside", "version": "1.2.3", "description": "for a test",
           "dist": {"tarball": "ORIGIN/npm/inside-1.2.3.tgz", "shasum": "00"}}},
         "time": {"1.2.3": "2026-01-01T00:00:00.000Z"}}
        """
            .replace("ORIGIN", site.origin()));
    ClientHome npm =
        bare.with("NODE_EXTRA_CA_CERTS", bare.path("sekisho.pem").toString())
            .with("npm_config_globalconfig", bare.path("npmrc-of-all").toString())
            .with("npm_config_update_notifier", "false");
    sh(npm, "npm config set proxy " + site.gateway());
    sh(npm, "npm config set https-proxy " + site.gateway());

    assertThat(sh(npm, "npm view inside --registry " + site.origin() + "/npm/"))
        .contains("inside@1.2.3", site.origin() + "/npm/inside-1.2.3.tgz");
    site.allowed("/npm/inside", "npm/");
  }

  @Test
  void mavenGetsADependencyAndItsPlugins() throws Exception {
    bare.file(
        ".m2/settings.xml",
        """
        <settings>
          <proxies>
            <proxy>
              <id>sekisho</id>
              <active>true</active>
              <protocol>http</protocol>
              <host>127.0.0.1</host>
              <port>%d</port>
            </proxy>
          </proxies>
          <mirrors>
            <mirror><id>ours</id><mirrorOf>*</mirrorOf><url>%s/maven/</url></mirror>
          </mirrors>
        </settings>
        """
            .formatted(site.proxyPort(), site.origin()));
    // Java takes the home folder from the list of users, not from the environment.
    ClientHome maven =
        bare.with(
            "MAVEN_OPTS",
            "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.home="
                + bare.path("")
                + " -Djavax.net.ssl.trustStore="
                + trustStore()
                + proxyProperties()
                + " -Daether.connector.http.useSystemProperties=true");
    String plugin =
        "org.apache.maven.plugins:maven-dependency-plugin:"
            + version(
                "<artifactId>maven-dependency-plugin</artifactId>\\s*<version>", "</version>");
    String version = version("<jspecify.version>", "</jspecify.version>");

    sh(maven, "mvn -B -q " + plugin + ":get -Dartifact=org.jspecify:jspecify:" + version);
    String jar = "org/jspecify/jspecify/" + version + "/jspecify-" + version + ".jar";
    assertThat(bare.path(".m2/repository/" + jar))
        .hasSameBinaryContentAs(localRepository().resolve(jar));
    site.allowed("/maven/" + jar, "Apache-Maven");
  }

  /** What the parent's pom says between these. */
  private static String version(String before, String after) throws IOException {
    Matcher found =
        Pattern.compile(before + "([0-9.]+)" + after)
            .matcher(Files.readString(Path.of("..", "pom.xml")));
    assertThat(found.find()).as(before).isTrue();
    return found.group(1);
  }

  /**
   * Java's own list and the authority: a file replaces the list, and a new one needs a password.
   */
  private Path trustStore() throws InterruptedException {
    Path file = bare.path("trust.p12");
    if (!Files.exists(file)) {
      sh(
          bare,
          "cp $JAVA_HOME/lib/security/cacerts trust.p12; chmod u+w trust.p12;"
              + " $JAVA_HOME/bin/keytool -importcert -noprompt -keystore trust.p12"
              + " -storepass changeit -alias sekisho -file sekisho.pem");
    }
    return file;
  }

  private String proxyProperties() {
    return " -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=" + site.proxyPort();
  }

  @Test
  void bothClientsOfJavaGetThePage() throws Exception {
    bare.file("Fetch.java", FETCH);
    String page = "/hello.html?by=java";
    String said =
        sh(
            bare,
            "$JAVA_HOME/bin/java"
                + proxyProperties()
                + " -Djavax.net.ssl.trustStore="
                + trustStore()
                + " Fetch.java '"
                + site.origin()
                + page
                + "'");
    assertThat(said.split("hello inside", -1)).hasSize(3);
    site.allowed(page, "Java/");
    site.allowed(page, "fetch");
  }

  @Test
  void pythonGetsThePage() throws Exception {
    String page = "/hello.html?by=python";
    ClientHome python = home.with("SSL_CERT_FILE", bundle.toString());
    assertThat(
            sh(
                python,
                "/usr/bin/python3 -c \"import urllib.request as r; print(r.urlopen('"
                    + site.origin()
                    + page
                    + "').read())\""))
        .contains("hello inside");
    site.allowed(page, "Python-urllib/");
  }

  @Test
  void chromiumOpensThePage() throws Exception {
    String page = "/hello.html?by=chromium";
    assertThat(chromium(trusting(), "en", page)).contains("<title>allowed</title>");
    site.allowed(page, "Mozilla/5.0");
  }

  @ParameterizedTest
  @CsvSource({"en, This destination is not permitted", "ja, この宛先への接続は許可されていません"})
  void chromiumShowsTheRefusalInsideTlsInTheReadersLanguage(String language, String title)
      throws Exception {
    String page = "/secret/" + language;
    String shown = chromium(trusting(), language, page);
    assertThat(shown)
        .contains("<html lang=\"" + language + "\"", "<title>" + title + "</title>")
        .contains(site.origin() + page);
    JsonNode record = site.inside(page, "Mozilla/5.0");
    assertThat(text(record, "decision")).isEqualTo("deny");
    assertThat(shown).contains(text(record, "id"));
  }

  @Test
  void chromiumFindsTheProxyByTheGatewaysScript() throws InterruptedException {
    String script = "--proxy-pac-url=" + site.gateway() + "/proxy.pac";
    String profile = " --user-data-dir=" + bare.path("by-script");
    assertThat(sh(bare, CHROMIUM + script + profile + " --dump-dom http://sekisho/ 2>/dev/null"))
        .contains("/ca.pem", "/proxy.pac");
  }

  private ClientHome trusting() throws InterruptedException {
    sh(
        bare,
        "mkdir -p $HOME/.pki/nssdb;"
            + " certutil -d sql:$HOME/.pki/nssdb -A -t 'C,,' -n sekisho -i sekisho.pem");
    return bare;
  }

  /** The page as Chromium has it in the end. */
  private String chromium(ClientHome browser, String language, String page)
      throws InterruptedException {
    return sh(
        browser,
        CHROMIUM
            + "--accept-lang="
            + language
            + " --proxy-server="
            + site.gateway()
            + " --user-data-dir="
            + browser.path("chromium")
            + " --dump-dom '"
            + site.origin()
            + page
            + "' 2>/dev/null");
  }

  @Test
  void whoDoesNotTrustTheAuthorityIsToldByTheProgramAndWrittenDownWithTheAlert() throws Exception {
    for (String version : new String[] {"1.2", "1.3"}) {
      String agent = "distrustful/" + version;
      ClientHome.Said curl =
          home.sh(
              "curl -sS -A %s --tls-max %s %s/hello.html".formatted(agent, version, site.origin()));
      assertThat(curl.exit()).as(curl.text()).isEqualTo(60);
      JsonNode record =
          site.await(
              "curl's alert",
              one -> text(one, "user_agent").equals(agent) && text(one, "state").equals("closed"));
      assertThat(text(record, "error_kind")).as(version).isEqualTo("client-refused-certificate");
      assertThat(text(record, "error_detail")).contains("unknown_ca");
    }

    bare.file("Fetch.java", FETCH);
    ClientHome.Said java =
        bare.sh("$JAVA_HOME/bin/java" + proxyProperties() + " Fetch.java " + site.origin());
    assertThat(java.exit()).isNotZero();
    assertThat(java.text()).contains("unable to find valid certification path");
    JsonNode alert =
        site.await(
            "Java's alert",
            one ->
                text(one, "user_agent").startsWith("Java/")
                    && text(one, "error_kind").equals("client-refused-certificate"));
    assertThat(text(alert, "error_detail").toLowerCase(Locale.ROOT))
        .contains("certificate_unknown");
  }

  @Test
  void whoClosesWithoutAnAlertIsWrittenDownToo() throws Exception {
    ClientHome npm =
        bare.with("npm_config_globalconfig", bare.path("npmrc-without").toString())
            .with("npm_config_userconfig", bare.path("npmrc-of-nobody").toString())
            .with("npm_config_update_notifier", "false")
            .with("npm_config_fetch_retries", "0")
            .with("https_proxy", site.gateway());
    ClientHome.Said said = npm.sh("npm view inside --registry " + site.origin() + "/npm/");
    assertThat(said.exit()).as(said.text()).isNotZero();
    // npm does not say to a proxy who it is
    leftAtTheCertificate("");

    bare.file("distrustful/sources.list", "deb [trusted=yes] " + site.origin() + "/apt/ ./\n");
    sh(bare, "mkdir -p distrustful/state/lists/partial distrustful/cache/archives/partial");
    Path config =
        bare.file(
            "distrustful/apt.conf",
            """
            Dir::Etc "HOME";
            Dir::State "HOME/state";
            Dir::State::status "/dev/null";
            Dir::Cache "HOME/cache";
            Dir::Log "HOME";
            APT::Sandbox::User "root";
            Acquire::Retries "0";
            Acquire::https::Proxy "GATEWAY/";
            """
                .replace("HOME", bare.path("distrustful").toString())
                .replace("GATEWAY", site.gateway()));
    bare.with("APT_CONFIG", config.toString()).sh("apt-get update");
    leftAtTheCertificate("Debian APT");
  }

  private void leftAtTheCertificate(String agent) throws InterruptedException {
    JsonNode record =
        site.await(
            "how " + agent + " left",
            one ->
                text(one, "error_kind").equals("client-left-at-certificate")
                    && (agent.isEmpty()
                        ? !one.has("user_agent")
                        : text(one, "user_agent").startsWith(agent)));
    assertThat(text(record, "sni")).isEqualTo("origin.example");
  }
}
