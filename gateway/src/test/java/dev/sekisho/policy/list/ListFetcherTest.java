package dev.sekisho.policy.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListFetcherTest {
  private static final Instant NOW = Instant.parse("2026-11-25T09:30:00Z");
  private static final String CONTENT = "a.example\nb.example\n";

  @TempDir Path folder;

  private HttpServer server;
  private volatile int status = 200;
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> conditions = new LinkedBlockingQueue<>();

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/list", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String condition = exchange.getRequestHeaders().getFirst("If-None-Match");
    conditions.add(String.valueOf(condition));
    byte[] body = CONTENT.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("ETag", "\"one\"");
    if ("\"one\"".equals(condition)) {
      exchange.sendResponseHeaders(304, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private FetchedList list(Optional<String> sha256, long mostBytes) {
    URI url =
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/list?token=secret");
    return new FetchedList(
        "partners",
        url,
        new FetchedList.Fetching(Duration.ofHours(1), sha256, mostBytes),
        new FetchedList.Trust(Duration.ofDays(1), FetchedList.WhenStale.REFUSE));
  }

  private ListFetcher fetcher(FetchedList list) {
    return fetcher(list, Thread::sleep, () -> {});
  }

  private ListFetcher fetcher(FetchedList list, ListFetcher.Pause pause, Runnable takeOver) {
    return new ListFetcher(
        List.of(list),
        folder,
        () -> NOW,
        new ListFetcher.Watcher() {
          @Override
          public void fetched(FetchedList fetched) {
            takeOver.run();
            events.add("fetched " + fetched.name());
          }

          @Override
          public void failed(FetchedList failed, String reason) {
            events.add(reason);
          }
        },
        pause);
  }

  private Path file() {
    return FetchedList.path(folder, "partners");
  }

  @Test
  void fetchesAtOnceAndTells() throws Exception {
    try (ListFetcher fetcher = fetcher(list(Optional.empty(), 1000))) {
      fetcher.start();
      assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("fetched partners");
    }
    assertThat(file()).hasContent(CONTENT);
    assertThat(Files.getLastModifiedTime(file()).toInstant()).isEqualTo(NOW);
  }

  @Test
  void anUnchangedListOnlyBecomesYounger() throws Exception {
    FetchedList list = list(Optional.empty(), 1000);
    try (ListFetcher fetcher = fetcher(list)) {
      fetcher.fetch(list);
      Object before = Files.getAttribute(file(), "unix:ino");
      Files.setLastModifiedTime(
          file(), java.nio.file.attribute.FileTime.from(NOW.minusSeconds(9999)));
      fetcher.fetch(list);
      assertThat(Files.getAttribute(file(), "unix:ino")).isEqualTo(before);
      assertThat(Files.getLastModifiedTime(file()).toInstant()).isEqualTo(NOW);
    }
    assertThat(conditions).containsExactly("null", "\"one\"");
  }

  @Test
  void aWrongChecksumALongAnswerAndAnErrorLeaveWhatThereWas() throws Exception {
    Files.writeString(file(), "old.example\n");
    FetchedList wrong = list(Optional.of("0".repeat(64)), 1000);
    FetchedList tooLong = list(Optional.empty(), 5);
    try (ListFetcher fetcher = fetcher(wrong)) {
      assertThatThrownBy(() -> fetcher.fetch(wrong))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("its checksum is ");
      assertThatThrownBy(() -> fetcher.fetch(tooLong))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("longer than max-size");
      status = 500;
      assertThatThrownBy(() -> fetcher.fetch(wrong))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("status 500");
    }
    assertThat(file()).hasContent("old.example\n");
    try (var left = Files.list(folder)) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void theRightChecksumIsTaken() throws Exception {
    Path copy = Files.writeString(folder.resolve("copy"), CONTENT);
    FetchedList list = list(Optional.of(Manifest.sha256(copy)), 1000);
    try (ListFetcher fetcher = fetcher(list)) {
      fetcher.fetch(list);
    }
    assertThat(file()).hasContent(CONTENT);
  }

  @Test
  void aFailureIsToldWithoutTheQuery() throws Exception {
    status = 503;
    try (ListFetcher fetcher = fetcher(list(Optional.empty(), 1000))) {
      fetcher.start();
      assertThat(events.poll(30, TimeUnit.SECONDS))
          .isEqualTo(
              "the list 'partners' could not be fetched from 127.0.0.1: it answered with status 503.");
    }
    assertThat(file()).doesNotExist();
  }

  @Test
  void aHundredFailuresAreFollowedByTheFetchThatSucceeds() throws Exception {
    status = 503;
    List<Duration> pauses = new CopyOnWriteArrayList<>();
    ListFetcher.Pause pause =
        span -> {
          pauses.add(span);
          // the first pause is that before the first attempt
          if (pauses.size() == 101) {
            status = 200;
          } else if (pauses.size() > 101) {
            Thread.sleep(Duration.ofDays(1));
          }
        };
    try (ListFetcher fetcher = fetcher(list(Optional.empty(), 1000), pause, () -> {})) {
      fetcher.start();
      for (int failure = 1; failure <= 100; failure++) {
        assertThat(events.poll(30, TimeUnit.SECONDS)).endsWith("status 503.");
      }
      assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("fetched partners");
    }
    assertThat(file()).hasContent(CONTENT);
    // the fetcher's thread still adds the pause it sleeps in now
    List<Duration> taken = List.copyOf(pauses).subList(0, 101);
    assertThat(taken.subList(0, 12))
        .extracting(Duration::toSeconds)
        .containsExactly(0L, 10L, 20L, 40L, 80L, 160L, 320L, 640L, 1280L, 2560L, 3600L, 3600L);
    assertThat(taken.subList(12, 101)).containsOnly(Duration.ofHours(1));
  }

  @Test
  void aListThatCannotBeTakenOverIsToldAndTriedAgain() throws Exception {
    AtomicInteger fetches = new AtomicInteger();
    ListFetcher.Pause pause =
        span -> {
          if (fetches.get() > 1) {
            Thread.sleep(Duration.ofDays(1));
          }
        };
    Runnable takeOver =
        () -> {
          if (fetches.incrementAndGet() == 1) {
            throw new IllegalStateException("no space");
          }
        };
    try (ListFetcher fetcher = fetcher(list(Optional.empty(), 1000), pause, takeOver)) {
      fetcher.start();
      assertThat(events.poll(30, TimeUnit.SECONDS))
          .isEqualTo("the list 'partners' could not be taken over from 127.0.0.1: no space.");
      assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("fetched partners");
    }
  }
}
