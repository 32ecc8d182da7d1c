package dev.sekisho.identity;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.net.IpAddress;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Users who prove themselves by name and password (Basic, RFC 7617), from a password file and a
 * group file.
 *
 * <p>What was found out once is known at once, by a keyed hash of the whole field. Otherwise one
 * check is made however many requests ask with the same credentials at the same time: each of them
 * waits for the answer of the one under way. How attempts are slowed is told at {@link Throttle}.
 *
 * <p>The files are looked at every few seconds and read again when they have changed. What cannot
 * be read leaves the users as they were.
 */
public final class PasswordFileIdentity implements Identity, Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(PasswordFileIdentity.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
  private static final Answer NOBODY = new Answer.Unavailable("No users are configured.");
  private static final Answer TURNED_AWAY =
      new Answer.Unavailable(
          "The client failed too often, or asks too much at once; its password was not checked.");
  private static final Answer BUSY =
      new Answer.Unavailable("Too many passwords are being checked at once.");

  private final Threads threads;
  private final Ticker ticker;
  private final PasswordCheck passwords;
  private final Throttle throttle;
  private final Fingerprints fingerprints = new Fingerprints();
  private final Map<Asking, List<Waiter>> underWay = new ConcurrentHashMap<>();

  private volatile @Nullable Book book;
  private UserFiles.@Nullable Stamp looked;

  /** The same credentials from the same client. */
  private record Asking(Fingerprints.Fingerprint credentials, IpAddress client) {}

  private record Waiter(Executor loop, Consumer<Answer> then) {
    void tell(Answer answer) {
      loop.execute(() -> then.accept(answer));
    }
  }

  PasswordFileIdentity(
      IdentityConfig config, Threads threads, Ticker ticker, PasswordCheck passwords) {
    this.threads = threads;
    this.ticker = ticker;
    this.passwords = passwords;
    this.throttle = new Throttle(ticker);
    reload(config);
    threads.later().after(LOOK_EVERY, this::lookAgain);
  }

  /** Starts with the users that the configuration has read. */
  public static PasswordFileIdentity start(IdentityConfig config) {
    return new PasswordFileIdentity(
        config, Threads.start(), Ticker.systemTicker(), StoredPassword::matches);
  }

  /** Goes on with what another configuration has read. */
  public synchronized void reload(IdentityConfig config) {
    switch (config) {
      case IdentityConfig.Nobody _ -> book = null;
      case IdentityConfig.Asked asked -> {
        looked = asked.users().stamp();
        book = new Book(asked, asked.users(), ticker);
      }
    }
  }

  @Override
  public Optional<String> challenge() {
    Book now = book;
    return now == null ? Optional.empty() : now.challenge();
  }

  @Override
  public @Nullable Answer known(String credentials, IpAddress client) {
    Book now = book;
    if (now == null) {
      return NOBODY;
    }
    return credentials.length() > BasicCredentials.MOST_CHARACTERS
        ? null
        : now.known(fingerprints.of(credentials));
  }

  @Override
  public void check(String credentials, IpAddress client, Executor loop, Consumer<Answer> then) {
    Waiter waiter = new Waiter(loop, then);
    Answer known = known(credentials, client);
    if (known != null) {
      waiter.tell(known);
      return;
    }
    switch (BasicCredentials.parse(credentials)) {
      case BasicCredentials.Malformed malformed ->
          waiter.tell(new Answer.Rejected(malformed.reason()));
      case BasicCredentials.Proof proof ->
          ask(new Asking(fingerprints.of(credentials), client.client()), proof, waiter);
    }
  }

  private void ask(Asking asking, BasicCredentials.Proof proof, Waiter waiter) {
    List<Waiter> waiting =
        underWay.compute(
            asking,
            (_, before) -> {
              List<Waiter> all = before == null ? new ArrayList<>(2) : new ArrayList<>(before);
              all.add(waiter);
              return all;
            });
    if (waiting.size() > 1) {
      proof.wipe();
      return;
    }
    switch (throttle.turn(asking.client(), proof.name(), atOnce())) {
      case Throttle.Turn.TurnedAway _ -> {
        proof.wipe();
        answer(asking, TURNED_AWAY);
      }
      case Throttle.Turn.After(long nanos) when nanos > 0 ->
          threads.later().after(Duration.ofNanos(nanos), () -> queue(asking, proof));
      case Throttle.Turn.After _ -> queue(asking, proof);
    }
  }

  private int atOnce() {
    Book now = book;
    return now == null ? Throttle.AT_ONCE : now.config().atOnce();
  }

  private void queue(Asking asking, BasicCredentials.Proof proof) {
    try {
      threads.checks().execute(() -> over(asking, proof, judge(asking, proof)));
    } catch (RejectedExecutionException _) {
      over(asking, proof, BUSY);
    }
  }

  private Answer judge(Asking asking, BasicCredentials.Proof proof) {
    Book now = book;
    if (now == null) {
      return NOBODY;
    }
    try {
      Answer answer = now.check(proof, passwords);
      if (answer instanceof Answer.Rejected) {
        throttle.failed(asking.client(), proof.name());
      }
      now.remember(asking.credentials(), answer);
      return answer;
    } catch (RuntimeException e) {
      LOG.error("A password could not be checked.", e);
      return new Answer.Unavailable("The password could not be checked: " + e);
    }
  }

  private void over(Asking asking, BasicCredentials.Proof proof, Answer answer) {
    proof.wipe();
    throttle.left(asking.client(), proof.name());
    answer(asking, answer);
  }

  private void answer(Asking asking, Answer answer) {
    List<Waiter> waiting = underWay.remove(asking);
    if (waiting != null) {
      waiting.forEach(waiter -> waiter.tell(answer));
    }
  }

  private void lookAgain() {
    try {
      look();
    } catch (RuntimeException e) {
      LOG.error("The files of users could not be looked at.", e);
    } finally {
      threads.later().after(LOOK_EVERY, this::lookAgain);
    }
  }

  private synchronized void look() {
    Book now = book;
    if (now == null) {
      return;
    }
    UserFiles files = now.config().files();
    UserFiles.Stamp stamp = files.stamp();
    if (stamp.equals(looked)) {
      return;
    }
    looked = stamp;
    Problems problems = new Problems();
    Optional<Users> users = files.read(problems);
    for (Problem problem : problems.all()) {
      switch (problem.severity()) {
        case ERROR -> LOG.error("{}", problem);
        case WARNING -> LOG.warn("{}", problem);
      }
    }
    if (users.isEmpty()) {
      LOG.error("The files of users have errors and were not taken; the users stay as they were.");
      return;
    }
    book = new Book(now.config(), users.get(), ticker);
    LOG.info("The files of users were read again: {} users.", users.get().names().size());
  }

  @Override
  public void close() throws IOException {
    threads.end().close();
  }
}
