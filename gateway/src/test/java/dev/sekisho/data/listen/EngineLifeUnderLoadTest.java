package dev.sekisho.data.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.CIcap;
import dev.sekisho.testing.ClamavDaemon;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Engines that are killed, restarted and given new signatures while bodies go up and down: every
 * exchange ends once, with one record, and its fate is what its client and its origin saw.
 */
class EngineLifeUnderLoadTest {
  /** In pieces, so that no scanner takes this file for one. */
  private static final String EICAR =
      "X5O!P%@AP[4\\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*";

  private static final String CLEAN = "checkpoint ".repeat(300);
  private static final int ROUNDS = Boolean.getBoolean("sekisho.soak") ? 100 : 3;
  private static final int CLIENTS = 6;

  @TempDir private Path folder;

  /** What one client saw of one exchange. */
  private record Seen(int status, String body) {}

  private final Map<String, Seen> seen = new ConcurrentHashMap<>();
  private final Map<String, String> uploaded = new ConcurrentHashMap<>();
  private final AtomicInteger next = new AtomicInteger();
  private final Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();

  private ClamavDaemon clamd(String more) throws Exception {
    return ClamavDaemon.start(folder, "Eicar-Test", EICAR.getBytes(ISO_8859_1), more);
  }

  /** How many exchanges ended with this status. */
  private AtomicInteger ended(int status) {
    return statuses.computeIfAbsent(status, _ -> new AtomicInteger());
  }

  private interface Disturbance {
    void now(Asking asking) throws Exception;
  }

  /** Asks for one path through the gateway. */
  private interface Asking {
    Seen of(String path);
  }

  private void underLoad(String engine, Disturbance disturbance) throws Exception {
    String scan = "scan: { engines: { " + engine + " }, deliver: hold, cache: { entries: 0 } }\n";
    try (ScriptedOrigin origin = ScriptedOrigin.of(this::origin);
        TestGateway gateway = TestGateway.start(scan)) {
      AtomicBoolean over = new AtomicBoolean();
      Asking asking = path -> exchange(gateway, origin.authority(), path);
      List<CompletableFuture<Void>> clients =
          IntStream.range(0, CLIENTS)
              .mapToObj(_ ->
                  CompletableFuture.runAsync(() -> load(asking, over), Thread::startVirtualThread))
              .toList();
      try {
        disturbance.now(asking);
      } finally {
        over.set(true);
      }
      clients.forEach(CompletableFuture::join);
      compare(gateway.journal().awaitClosed(seen.size()));
    }
  }

  private void origin(ScriptedOrigin.Line line) throws IOException {
    for (String head = line.readHead(); head.endsWith("\r\n\r\n"); head = line.readHead()) {
      String path = head.split(" ", 3)[1];
      if (path.startsWith("/up")) {
        uploaded.put(path, line.readBodyByLength());
      }
      String body = answer(path);
      line.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }
  }

  private static String body(String path) {
    if (path.contains("infected")) {
      return EICAR;
    }
    return path.contains("unwanted") ? path.substring(path.lastIndexOf('-') + 1) : CLEAN;
  }

  /** Nothing to an upload: then its fate is that of the request. */
  private static String answer(String path) {
    return path.startsWith("/up") ? "" : body(path);
  }

  /** One exchange after the other, of four kinds in turn. */
  private void load(Asking asking, AtomicBoolean over) {
    while (!over.get()) {
      int number = next.incrementAndGet();
      asking.of(
          (number % 2 == 0 ? "/up-" : "/down-")
              + (number % 3 == 0 ? "infected-" : "clean-")
              + number);
    }
  }

  /** On a connection of its own. */
  private Seen exchange(TestGateway gateway, String origin, String path) {
    boolean up = path.startsWith("/up");
    String body = body(path);
    String head =
        (up ? "PUT" : "GET") + " http://" + origin + path + " HTTP/1.1\r\nHost: " + origin;
    String rest = up ? "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body : "\r\n\r\n";
    try (RawClient client = gateway.client()) {
      RawClient.Response response = client.send(head + rest).readResponse();
      Seen saw = new Seen(response.status(), response.body());
      seen.put(path, saw);
      ended(saw.status).incrementAndGet();
      return saw;
    } catch (IOException e) {
      throw new AssertionError("no answer to " + path, e);
    }
  }

  /** Until so many more exchanges have ended in this way. */
  private void await(int status, int more) throws InterruptedException {
    int until = ended(status).get() + more;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (ended(status).get() < until) {
      assertThat(System.nanoTime()).as("no exchange ends with " + status).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  private void compare(List<Record> records) {
    Map<String, Record> byPath = new HashMap<>();
    for (Record record : records) {
      assertThat(byPath.put(String.valueOf(record.path), record))
          .as("twice: " + record.path)
          .isNull();
    }
    assertThat(byPath.keySet()).isEqualTo(seen.keySet());
    seen.forEach((path, saw) -> assertFits(path, saw, Objects.requireNonNull(byPath.get(path))));
  }

  private void assertFits(String path, Seen saw, Record record) {
    String what = path + " " + saw + " " + record.fate + " " + record.verdictReason;
    assertThat(saw.body).as(what).doesNotContain("X5O!P%");
    assertThat(uploaded.getOrDefault(path, "")).as(what).doesNotContain("X5O!P%");
    assertThat(record.status).as(what).isEqualTo(saw.status);
    switch (saw.status) {
      case 200 -> {
        assertThat(path).as(what).doesNotContain("infected");
        assertThat(saw.body).as(what).isEqualTo(answer(path));
        assertThat(record.fate).as(what).isEqualTo(Record.Fate.CLEAN);
      }
      case 403 -> {
        assertThat(path).as(what).containsPattern("infected|unwanted");
        assertThat(record.fate).as(what).isEqualTo(Record.Fate.INFECTED);
      }
      case 503 -> {
        assertThat(record.fate).as(what).isEqualTo(Record.Fate.UNSCANNED);
        assertThat(record.verdictReason).as(what).contains("engine-down");
      }
      default -> throw new AssertionError(what);
    }
    boolean left = path.startsWith("/up") && saw.status == 200;
    assertThat(uploaded.containsKey(path)).as(what).isEqualTo(left);
  }

  @Test
  void clamdIsKilledAndRestarted() throws Exception {
    try (ClamavDaemon clamd = clamd("")) {
      underLoad(
          "clamd: '" + clamd.address() + "'",
          _ -> {
            for (int i = 0; i < ROUNDS; i++) {
              await(200, 20);
              clamd.kill();
              await(503, 20);
              clamd.restart();
              await(403, 20);
            }
          });
    }
  }

  @Test
  void cIcapIsKilledAndRestarted() throws Exception {
    try (ClamavDaemon clamd = clamd("");
        CIcap icap = CIcap.start(folder, clamd.socket())) {
      underLoad(
          "icap: '" + icap.url("avscan") + "'",
          _ -> {
            for (int i = 0; i < ROUNDS; i++) {
              await(200, 20);
              icap.kill();
              await(503, 20);
              icap.restart();
              await(403, 20);
            }
          });
    }
  }

  @Test
  void newSignaturesAreLoadedWithoutOneFailedExchange() throws Exception {
    try (ClamavDaemon clamd = clamd("ConcurrentDatabaseReload yes")) {
      underLoad(
          "clamd: '" + clamd.address() + "'",
          asking -> {
            for (int i = 0; i < ROUNDS; i++) {
              await(200, 20);
              String content = "content" + i + "unwanted";
              clamd.addSignature("New-" + i, content.getBytes(ISO_8859_1));
              clamd.reload();
              for (int n = 0; asking.of("/down-" + n + "-" + content).status != 403; n++) {
                assertThat(n).as("it is never found").isLessThan(20_000);
              }
            }
          });
      assertThat(ended(503)).hasValue(0);
    }
  }
}
