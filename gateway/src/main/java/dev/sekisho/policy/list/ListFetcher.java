package dev.sekisho.policy.list;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Fetches the lists that come by URL, each on a virtual thread of its own, and puts what it got in
 * place by rename. The time of the file is the time of the last successful fetch; an answer that
 * nothing has changed counts as one. A failed fetch leaves what there was, is told to whoever asked
 * for it, and is tried again soon. Reading of the lists is somebody else's work: this class only
 * says when a file or its age has changed.
 */
public final class ListFetcher implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(10);

  private final List<FetchedList> lists;
  private final Path folder;
  private final Supplier<Instant> time;
  private final Watcher watcher;
  private final Pause pause;
  private final HttpClient client;
  private final List<Thread> threads;

  /** Who wants to know; called on the fetcher's threads. */
  public interface Watcher {
    /** The list was fetched: its content may be new, and its age is. Time to compile again. */
    void fetched(FetchedList list);

    /**
     * @param reason one sentence without secrets: the URL's query is not in it
     */
    void failed(FetchedList list, String reason);
  }

  /** How the time between two fetches passes. */
  interface Pause {
    void sleep(Duration span) throws InterruptedException;
  }

  /**
   * @param folder where fetched lists are kept
   * @param time asked for the time of a fetch
   */
  public ListFetcher(
      List<FetchedList> lists, Path folder, Supplier<Instant> time, Watcher watcher) {
    this(lists, folder, time, watcher, Thread::sleep);
  }

  ListFetcher(
      List<FetchedList> lists, Path folder, Supplier<Instant> time, Watcher watcher, Pause pause) {
    this.lists = List.copyOf(lists);
    this.folder = folder;
    this.time = time;
    this.watcher = watcher;
    this.pause = pause;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(30))
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    this.threads =
        this.lists.stream()
            .map(list -> Thread.ofVirtual().name("list-" + list.name()).unstarted(() -> run(list)))
            .toList();
  }

  /** Begins: a list that was never fetched, or is due, at once. */
  public void start() {
    threads.forEach(Thread::start);
  }

  /** Stops, giving up fetches under way; what was put in place stays. */
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
    client.shutdownNow();
  }

  /**
   * Nothing that goes wrong ends this but closing: a list that is never fetched again would grow
   * stale without anybody having decided so.
   */
  private void run(FetchedList list) {
    Duration interval = list.fetching().interval();
    Duration retry = FIRST_RETRY;
    try {
      pause.sleep(untilDue(list));
      while (!Thread.currentThread().isInterrupted()) {
        if (attempt(list)) {
          retry = FIRST_RETRY;
          pause.sleep(interval);
        } else {
          pause.sleep(shorter(retry, interval));
          retry = shorter(retry.multipliedBy(2), interval);
        }
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  /** Whether the list was fetched and taken over; if not, that was told. */
  private boolean attempt(FetchedList list) throws InterruptedException {
    try {
      fetch(list);
      watcher.fetched(list);
      return true;
    } catch (IOException | RuntimeException e) {
      watcher.failed(
          list,
          "the list '"
              + list.name()
              + "' could not be "
              + (e instanceof IOException ? "fetched" : "taken over")
              + " from "
              + list.url().getHost()
              + ": "
              + reason(e)
              + ".");
      return false;
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private Duration untilDue(FetchedList list) {
    try {
      Instant last = Files.getLastModifiedTime(FetchedList.path(folder, list.name())).toInstant();
      Duration left = Duration.between(time.get(), last.plus(list.fetching().interval()));
      return left.isNegative() ? Duration.ZERO : left;
    } catch (IOException _) {
      // not fetched yet, or not to be told when: due now
      return Duration.ZERO;
    }
  }

  /**
   * Fetches one list now and puts it in place.
   *
   * @throws IOException with a phrase for people when it was not possible; nothing has changed then
   */
  public void fetch(FetchedList list) throws IOException, InterruptedException {
    Path target = FetchedList.path(folder, list.name());
    Path tagFile = folder.resolve(list.name() + ".etag");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(list.url()).timeout(PATIENCE).header("User-Agent", "sekisho");
    Optional<String> tag = Files.exists(target) ? tag(tagFile) : Optional.empty();
    tag.ifPresent(value -> request.header("If-None-Match", value));
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      switch (response.statusCode()) {
        case 200 -> {
          store(list, body, target);
          keepTag(tagFile, response.headers().firstValue("ETag"));
        }
        case 304 -> {
          // only its age changes
        }
        default -> throw new IOException("it answered with status " + response.statusCode());
      }
    }
    Files.setLastModifiedTime(target, FileTime.from(time.get()));
  }

  private static void store(FetchedList list, InputStream body, Path target) throws IOException {
    Path written = PrivateFiles.temporary(target);
    try {
      String digest = copy(body, written, list.fetching().mostBytes());
      Optional<String> wanted = list.fetching().sha256();
      if (wanted.isPresent() && !wanted.get().equals(digest)) {
        throw new IOException("its checksum is " + digest + ", not the configured one");
      }
      PrivateFiles.putInPlace(written, target);
    } finally {
      Files.deleteIfExists(written);
    }
  }

  private static String copy(InputStream body, Path to, long mostBytes) throws IOException {
    var digest = Manifest.sha256();
    byte[] buffer = new byte[1 << 16];
    long bytes = 0;
    try (OutputStream out = Files.newOutputStream(to)) {
      for (int got = body.read(buffer); got >= 0; got = body.read(buffer)) {
        bytes += got;
        if (bytes > mostBytes) {
          throw new IOException("it is longer than max-size, " + mostBytes + " bytes");
        }
        digest.update(buffer, 0, got);
        out.write(buffer, 0, got);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static Optional<String> tag(Path file) {
    try {
      return Files.exists(file)
          ? Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1))
          : Optional.empty();
    } catch (IOException _) {
      // without the tag the list is fetched whole, which loses time and nothing else
      return Optional.empty();
    }
  }

  private static void keepTag(Path file, Optional<String> tag) throws IOException {
    if (tag.isPresent()
        && tag.get().chars().allMatch(c -> c >= ' ' && c < 0x7f)
        && tag.get().length() < 256) {
      PrivateFiles.replace(file, tag.get().getBytes(StandardCharsets.ISO_8859_1));
    } else {
      Files.deleteIfExists(file);
    }
  }
}
