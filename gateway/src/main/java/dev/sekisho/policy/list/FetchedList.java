package dev.sekisho.policy.list;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A list that is fetched by URL.
 *
 * @param name safe as a file's name
 */
public record FetchedList(String name, URI url, Fetching fetching, Trust trust) {
  /**
   * Where what was fetched last is kept; the time of the file is the time of the last successful
   * fetch.
   */
  public static Path path(Path folder, String name) {
    return folder.resolve(name + ".fetched");
  }

  /**
   * How it is fetched.
   *
   * @param sha256 what its bytes must have, in lower-case hexadecimal
   * @param mostBytes a longer answer is refused
   */
  public record Fetching(Duration interval, Optional<String> sha256, long mostBytes) {}

  /**
   * @param greatestAge after this long without a successful fetch it is stale
   */
  public record Trust(Duration greatestAge, WhenStale whenStale) {}

  /** What a list counts as when it is older than it may be. */
  public enum WhenStale {
    /** Whether a name is in it cannot be known, which counts against every request. */
    REFUSE,
    /**
     * What was fetched last goes on being used. One that was never fetched is unknowable all the
     * same.
     */
    KEEP
  }
}
