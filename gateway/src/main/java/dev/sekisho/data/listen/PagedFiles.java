package dev.sekisho.data.listen;

import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.Closeable;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;

/**
 * Files of which browsers have a page with a link: most are kept until they are fetched; what could
 * not be kept is fetched once more, and gets no page again. Shared by all event loops.
 */
final class PagedFiles implements Closeable {
  /** A forgotten one only gets another page. */
  private static final int MOST_COMING_AGAIN = 10_000;

  private final KeptBodies kept;
  private final Set<KeptBodies.Key> comingAgain;

  /**
   * @param keep how long a link is good
   * @param most bytes of all files together
   */
  PagedFiles(Duration keep, long most) {
    this.kept = new KeptBodies(keep, most);
    this.comingAgain =
        Collections.newSetFromMap(
            Caffeine.newBuilder()
                .maximumSize(MOST_COMING_AGAIN)
                .expireAfterWrite(keep)
                .executor(Runnable::run)
                .<KeptBodies.Key, Boolean>build()
                .asMap());
  }

  /** Whether there is room to keep it. */
  boolean keep(KeptBodies.Key key, KeptBodies.Kept file) {
    return kept.keep(key, file);
  }

  /** Its body is held for the caller. */
  Optional<KeptBodies.Kept> find(KeptBodies.Key key) {
    return kept.find(key);
  }

  void comesAgain(KeptBodies.Key key) {
    comingAgain.add(key);
  }

  boolean isComingAgain(KeptBodies.Key key) {
    return comingAgain.contains(key);
  }

  @Override
  public void close() {
    kept.close();
  }
}
