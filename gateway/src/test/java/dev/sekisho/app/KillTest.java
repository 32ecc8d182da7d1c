package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.JournalReader;
import dev.sekisho.journal.LoggedRecord;
import dev.sekisho.journal.RecordFilter;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.RunningSekisho;
import dev.sekisho.testing.ScriptedOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the real process under load loses nothing: every exchange whose answer a
 * client got, and every one that an origin saw, is in the journal exactly once, and no entry is
 * torn.
 */
class KillTest {
  private static final int KILLS = Boolean.getBoolean("sekisho.soak") ? 100 : 4;
  private static final int CLIENTS = 6;
  private static final long SEED = 9;

  @TempDir Path folder = Path.of("");

  private final Set<String> answered = ConcurrentHashMap.newKeySet();
  private final Set<String> seenByOrigin = ConcurrentHashMap.newKeySet();
  private final AtomicInteger next = new AtomicInteger();

  @Test
  void everyExchangeIsInTheJournalExactlyOnceWhateverIsKilled() throws Exception {
    Random random = new Random(SEED);
    try (ScriptedOrigin origin = ScriptedOrigin.of(this::origin)) {
      Path config = folder.resolve("sekisho.yaml");
      Files.writeString(
          config,
          """
          listen: { proxy: "127.0.0.1:0", admin: null }
          limits: { refusals-recorded: 1000000 }
          journal: { segment-size: 4MiB, reserve: 4MiB }
          policy:
            rules:
              - { name: refused, to: { host: refused.example }, action: deny }
              - { name: loopback, to: { address: 127.0.0.0/8 }, action: allow }
          """);
      for (int i = 0; i < KILLS; i++) {
        try (RunningSekisho sekisho = RunningSekisho.start(config, folder.resolve("state"))) {
          killUnderLoad(sekisho, origin.port(), 300 + random.nextInt(700));
        }
      }
      // One more start recovers what the last kill left open.
      try (RunningSekisho sekisho = RunningSekisho.start(config, folder.resolve("state"))) {
        sekisho.terminate();
      }
    }
    assertThat(answered).as("the load did something").hasSizeGreaterThan(KILLS * 5);
    compareWithJournal();
  }

  private void killUnderLoad(RunningSekisho sekisho, int originPort, int millis)
      throws InterruptedException {
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      boolean connects = i == 0;
      clients.add(Thread.ofVirtual().start(() -> load(sekisho.proxyPort(), originPort, connects)));
    }
    Thread.sleep(millis);
    sekisho.kill();
    for (Thread client : clients) {
      client.join();
    }
  }

  /** Asks, one after the other, until the gateway is gone. */
  private void load(int proxy, int originPort, boolean connects) {
    try (RawClient client = new RawClient(proxy)) {
      while (true) {
        String id = "x" + next.incrementAndGet();
        if (connects) {
          tunnel(proxy, originPort, id);
        } else {
          String host = id.hashCode() % 7 == 0 ? "refused.example" : "127.0.0.1:" + originPort;
          client.send(
              "GET http://"
                  + host
                  + "/"
                  + id
                  + " HTTP/1.1\r\nHost: "
                  + host
                  + "\r\nUser-Agent: "
                  + id
                  + "\r\n\r\n");
          client.readResponse();
          answered.add(id);
        }
      }
    } catch (IOException _) {
      // The gateway was killed.
    }
  }

  private void tunnel(int proxy, int originPort, String id) throws IOException {
    try (RawClient line = new RawClient(proxy)) {
      line.send(
          "CONNECT 127.0.0.1:"
              + originPort
              + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: "
              + id
              + "\r\n\r\n");
      if (!line.readHead().startsWith("HTTP/1.1 200")) {
        throw new IOException("no tunnel");
      }
      answered.add(id);
      // The line is opened: what it carries is an exchange of its own.
      String inside = "x" + next.incrementAndGet();
      line.send(
          "GET /" + inside + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: " + inside + "\r\n\r\n");
      line.readResponse();
      answered.add(inside);
    }
  }

  private void origin(ScriptedOrigin.Line line) throws IOException {
    for (String head = line.readHead(); head.endsWith("\r\n\r\n"); head = line.readHead()) {
      seenByOrigin.add(head.replaceAll("(?s).*User-Agent: (x[0-9]+).*", "$1"));
      line.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  }

  private void compareWithJournal() throws IOException {
    Map<String, Integer> times = new HashMap<>();
    Map<String, LoggedRecord> byAgent = new HashMap<>();
    try (JournalReader reader =
        new JournalReader(
            folder.resolve("state/journal"),
            RecordFilter.all(),
            damage -> {
              throw new AssertionError("torn: " + damage);
            })) {
      reader.read(record -> {
        String agent = record.text("user_agent", "");
        times.merge(agent, 1, Integer::sum);
        byAgent.put(agent, record);
      });
    }
    for (Set<String> ids : List.of(answered, seenByOrigin)) {
      for (String id : ids) {
        assertThat(times.getOrDefault(id, 0))
            .as("records of %s (%s)", id, byAgent.get(id))
            .isEqualTo(1);
      }
    }
    assertThat(times.values()).as("no exchange twice").allMatch(count -> count == 1);
    assertThat(byAgent.values())
        .as("nothing is left open")
        .noneMatch(record -> record.state() == LoggedRecord.State.OPENED);
  }
}
