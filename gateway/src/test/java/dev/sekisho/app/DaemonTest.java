package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.RunningSekisho;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real process as operators meet it: signals, health, metrics, mistakes. */
class DaemonTest {
  @TempDir Path folder = Path.of("");

  private Path config(String rules) throws IOException {
    Path file = folder.resolve("sekisho.yaml");
    Files.writeString(
        file,
        """
        listen: { proxy: "127.0.0.1:0", admin: "127.0.0.1:0" }
        limits: { drain-grace: 1s, drain-limit: 20s }
        journal: { segment-size: 4MiB, reserve: 4MiB }
        policy:
          rules:
        """
            + rules.indent(4));
    return file;
  }

  private static final String LOOPBACK =
      "- { name: loopback, to: { address: 127.0.0.0/8 }, action: allow }\n";

  private static int get(RunningSekisho sekisho, ScriptedOrigin origin) throws IOException {
    try (RawClient client = new RawClient(sekisho.proxyPort())) {
      return client
          .send(
              "GET http://"
                  + origin.authority()
                  + "/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
          .readResponse()
          .status();
    }
  }

  private static HttpResponse<String> admin(RunningSekisho sekisho, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + sekisho.adminPort() + path))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void aReloadPutsANewPolicyInForceWithoutTouchingWhatIsUnderWay() throws Exception {
    CountDownLatch reloaded = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    try (ScriptedOrigin slow =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
              asked.countDown();
              reloaded.await();
              line.send("later");
            });
        ScriptedOrigin origin =
            ScriptedOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        RunningSekisho sekisho = RunningSekisho.start(config(LOOPBACK), folder.resolve("state"));
        RawClient underWay = new RawClient(sekisho.proxyPort())) {
      underWay.send(
          "GET http://" + slow.authority() + "/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      asked.await();
      assertThat(get(sekisho, origin)).isEqualTo(200);

      config("- { name: nobody, action: deny }\n");
      sekisho.signal("HUP");
      sekisho.awaitOutput("A new policy is in force");
      assertThat(get(sekisho, origin)).isEqualTo(403);

      reloaded.countDown();
      assertThat(underWay.readResponse().body()).isEqualTo("firstlater");
    }
  }

  @Test
  void aBrokenFileLeavesTheOldPolicyInForceAndSaysWhere() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        RunningSekisho sekisho = RunningSekisho.start(config(LOOPBACK), folder.resolve("state"))) {
      Path file = config(LOOPBACK + "- { name: typo, acton: deny }\n");
      sekisho.signal("HUP");
      sekisho.awaitOutput(file + ":7:");
      sekisho.awaitOutput("stays in force");
      assertThat(get(sekisho, origin)).isEqualTo(200);
    }
  }

  @Test
  void ofAFileWithABrokenPolicyNothingIsTakenNeitherItsUsers() throws Exception {
    Files.writeString(
        folder.resolve("users"),
        "ann:" + BCrypt.withDefaults().hashToString(4, "geheim".toCharArray()) + "\n");
    String ann = LOOPBACK.replace("to:", "who: { users: ann }, to:");
    Path file = config(ann);
    String policy = Files.readString(file);
    Files.writeString(file, "identity: { password-file: users }\n" + policy);
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        RunningSekisho sekisho = RunningSekisho.start(file, folder.resolve("state"))) {
      assertThat(get(sekisho, origin)).isEqualTo(407);
      Files.writeString(file, policy.replace("action: allow", "action: alow"));
      sekisho.signal("HUP");
      sekisho.awaitOutput("stays in force");
      assertThat(get(sekisho, origin)).isEqualTo(407);
      Files.writeString(file, policy);
      sekisho.signal("HUP");
      sekisho.awaitOutput("A new policy is in force");
      assertThat(get(sekisho, origin)).isEqualTo(403);
    }
  }

  @Test
  void afterSigtermReadinessIsFalseThenWhatIsUnderWayEndsAndTheProcessToo() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    try (ScriptedOrigin slow =
            ScriptedOrigin.of(line -> {
              line.readHead();
              asked.countDown();
              told.await();
              line.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
            });
        ScriptedOrigin origin =
            ScriptedOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        RunningSekisho sekisho =
            RunningSekisho.start(withGrace("4s", config(LOOPBACK)), folder.resolve("state"));
        RawClient underWay = new RawClient(sekisho.proxyPort())) {
      assertThat(admin(sekisho, "/readyz").statusCode()).isEqualTo(200);
      underWay.send("GET http://" + slow.authority() + "/ HTTP/1.1\r\nHost: x\r\n\r\n");
      asked.await();
      sekisho.signal("TERM");
      assertThat(eventuallyNotReady(sekisho)).contains("shutting down");
      assertThat(get(sekisho, origin)).as("a newcomer in the time of grace").isEqualTo(200);
      told.countDown();
      RawClient.Response response = underWay.readResponse();
      assertThat(response.body()).isEqualTo("done");
      sekisho.awaitOutput("Stopped.");
    }
  }

  private static Path withGrace(String grace, Path file) throws IOException {
    return Files.writeString(
        file, Files.readString(file).replace("drain-grace: 1s", "drain-grace: " + grace));
  }

  private static String eventuallyNotReady(RunningSekisho sekisho)
      throws IOException, InterruptedException {
    for (int i = 0; i < 200; i++) {
      HttpResponse<String> response = admin(sekisho, "/readyz");
      if (response.statusCode() == 503) {
        return response.body();
      }
      Thread.sleep(5);
    }
    throw new AssertionError("readiness never became false");
  }

  @Test
  void healthReadinessAndMetricsAreThereAndNothingElse() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        RunningSekisho sekisho = RunningSekisho.start(config(LOOPBACK), folder.resolve("state"))) {
      assertThat(get(sekisho, origin)).isEqualTo(200);
      assertThat(admin(sekisho, "/healthz").statusCode()).isEqualTo(200);
      assertThat(admin(sekisho, "/healthz/x").statusCode()).isEqualTo(404);
      String metrics = admin(sekisho, "/metrics").body();
      assertThat(metrics)
          .contains("sekisho_exchanges_total{decision=\"allow\",mode=\"plain\"} 1.0")
          .contains("sekisho_bytes_total{direction=\"down\"} 2.0")
          .contains("sekisho_exchange_duration_seconds_bucket{mode=\"plain\",le=\"10.0\"} 1")
          .contains("sekisho_journal_records_total{state=\"closed\"} 1.0")
          .contains("sekisho_journal_writing 1.0")
          .contains("sekisho_event_loop_lag_seconds")
          .contains("sekisho_pool_idle_connections")
          .contains("sekisho_client_connections")
          .contains("sekisho_scan_engine_up{engine=\"signatures\"} 1.0")
          .contains(bodies("clean", "none", "delivered") + " 1.0")
          .contains(bodies("unscanned", "too-big", "delivered") + " 0.0");
      assertThat(admin(sekisho, "/engines").body())
          .contains("\"engine\":\"signatures\"", "\"state\":\"UP\"", "\"blind\":[]");
    }
  }

  private static String bodies(String fate, String reason, String outcome) {
    return "sekisho_scan_bodies_total{direction=\"down\",fate=\"%s\",outcome=\"%s\",reason=\"%s\"}"
        .formatted(fate, outcome, reason);
  }

  @Test
  void theGreetingNamesEveryDoorAndWhatToTypeNext() throws Exception {
    TestCertificate certificate = TestCertificate.make(folder);
    Path file = folder.resolve("doors.yaml");
    Files.writeString(
        file,
        """
        listen:
          proxy: null
          proxy-tls: { address: "127.0.0.1:0", certificate: %s, key: %s }
          admin: null
          health: "127.0.0.1:0"
        journal: { segment-size: 4MiB, reserve: 4MiB }
        policy: { rules: [ { name: one, to: { host: a.example }, action: allow } ] }
        """
            .formatted(certificate.certificate(), certificate.key()));
    try (RunningSekisho sekisho = RunningSekisho.start(file, folder.resolve("state"))) {
      String said = String.join("\n", sekisho.output());
      assertThat(said)
          .containsPattern("  health +http://127\\.0\\.0\\.1:[0-9]+/readyz")
          .contains(": 1 rule, then deny")
          .containsPattern(
              "First: curl --proxy-cacert "
                  + certificate.certificate()
                  + " -x https://127\\.0\\.0\\.1:[0-9]+ -fO http://sekisho/ca\\.pem")
          .containsPattern("Try:   curl --proxy-cacert .+ --cacert ca\\.pem https://example\\.com/")
          .contains("Then:  sekisho log --since 1h --state " + folder.resolve("state"));
    }
  }

  @Test
  void aPortInUseIsNamedAndNothingIsStarted() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      Path file = folder.resolve("taken.yaml");
      Files.writeString(
          file,
          "listen: { proxy: '127.0.0.1:"
              + taken.getLocalPort()
              + "', admin: null }\njournal: { segment-size: 1MiB, reserve: 1MiB }\n");
      Said said =
          Said.by("run", "-c", file.toString(), "--state", folder.resolve("state").toString());
      assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
      assertThat(said.err())
          .contains("listen.proxy")
          .contains("port " + taken.getLocalPort())
          .contains("Nothing was started");
    }
  }

  @Test
  void anAddressThatThisMachineDoesNotHaveIsNamed() throws Exception {
    Path file = folder.resolve("elsewhere.yaml");
    Files.writeString(
        file,
        """
        listen: { proxy: "192.0.2.1:3128", admin: null }
        journal: { segment-size: 1MiB, reserve: 1MiB }
        """);
    Said said =
        Said.by("run", "-c", file.toString(), "--state", folder.resolve("state").toString());
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.err())
        .contains("listen.proxy: cannot listen on 192.0.2.1 port 3128")
        .contains("This machine does not have that address");
  }

  @Test
  void aFullDiskRefusesNewExchangesAndRecoversByItself() throws Exception {
    Path state = folder.resolve("small");
    Files.createDirectory(state);
    run("mount", "-t", "tmpfs", "-o", "size=48m,mode=700", "tmpfs", state.toString());
    try (ScriptedOrigin origin =
        ScriptedOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
      try (RunningSekisho sekisho = RunningSekisho.start(config(LOOPBACK), state)) {
        assertThat(get(sekisho, origin)).isEqualTo(200);
        Path ballast = state.resolve("ballast");
        fill(ballast);
        int seen = until(503, sekisho, origin);
        assertThat(seen).isEqualTo(503);
        assertThat(admin(sekisho, "/readyz").statusCode()).isEqualTo(503);
        Files.delete(ballast);
        assertThat(until(200, sekisho, origin)).isEqualTo(200);
        sekisho.kill();
      }
    } finally {
      run("umount", "-l", state.toString());
    }
  }

  private static void fill(Path file) throws IOException {
    byte[] block = new byte[1 << 16];
    try (var out = Files.newOutputStream(file)) {
      for (int i = 0; i < 48 << 4; i++) {
        out.write(block);
      }
    } catch (IOException _) {
      // Full, as meant.
    }
  }

  /** Asks until this status comes; segments that are ready are used up first. */
  private static int until(int wanted, RunningSekisho sekisho, ScriptedOrigin origin)
      throws IOException, InterruptedException {
    int status = 0;
    for (int i = 0; i < 40_000 && status != wanted; i++) {
      status = get(sekisho, origin);
    }
    return status;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
        .as(String.join(" ", command))
        .isZero();
  }
}
