package dev.sekisho.identity;

import static dev.sekisho.identity.BasicCredentialsTest.basic;
import static dev.sekisho.identity.ThrottleTest.ip;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problems;
import dev.sekisho.identity.Identity.Answer;
import dev.sekisho.net.IpAddress;
import dev.sekisho.testing.ManualTicker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswordFileIdentityTest {
  private static final IpAddress CLIENT = ip("10.0.0.1");
  private static final IpAddress OTHER = ip("10.0.0.2");
  private static final int ROOM = 4;

  @TempDir Path folder = Path.of("");

  private final ManualTicker ticker = new ManualTicker();
  private final Deque<Runnable> queued = new ArrayDeque<>();
  private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparing(Due::nanos));
  private final List<StoredPassword> checked = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private PasswordFileIdentity identity = start(new IdentityConfig.Nobody());

  private record Due(long nanos, Runnable then) {}

  @BeforeEach
  void twoUsers() throws IOException {
    file("ann: geheim", "bob: wonderland");
    Files.writeString(folder.resolve("groups"), "dev: ann\n");
    identity = start(config());
  }

  private PasswordFileIdentity start(IdentityConfig config) {
    Threads threads =
        new Threads(
            work -> {
              if (queued.size() >= ROOM) {
                throw new RejectedExecutionException("full");
              }
              queued.add(work);
            },
            (time, then) -> due.add(new Due(ticker.read() + time.toNanos(), then)),
            () -> {});
    return new PasswordFileIdentity(
        config,
        threads,
        ticker,
        (stored, password) -> {
          checked.add(stored);
          return stored.matches(password);
        });
  }

  private IdentityConfig config() {
    UserFiles files =
        new UserFiles(folder.resolve("passwords"), Optional.of(folder.resolve("groups")));
    Users users = files.read(new Problems()).orElseThrow();
    return new IdentityConfig.Asked(
        "The \"realm\"", files, Duration.ofMinutes(5), IdentityConfig.AT_ONCE, users);
  }

  private void file(String... users) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String user : users) {
      String[] parts = user.split(": ");
      StoredPassword stored =
          StoredPassword.of(parts[1].getBytes(StandardCharsets.UTF_8), StoredPassword.LEAST_COST);
      text.append(parts[0]).append(':').append(stored.hash()).append('\n');
    }
    Files.writeString(folder.resolve("passwords"), text);
  }

  private void ask(String credentials, IpAddress client) {
    identity.check(credentials, client, Runnable::run, answers::add);
  }

  private Answer answer(String credentials) {
    return answer(credentials, CLIENT);
  }

  private Answer answer(String credentials, IpAddress client) {
    answers.clear();
    ask(credentials, client);
    work();
    assertThat(answers).hasSize(1);
    return answers.getFirst();
  }

  private void work() {
    while (!queued.isEmpty()) {
      queued.remove().run();
    }
  }

  private void pass(Duration time) {
    long until = ticker.read() + time.toNanos();
    while (!due.isEmpty() && requireNonNull(due.peek()).nanos() <= until) {
      Due next = due.remove();
      ticker.pass(Duration.ofNanos(Math.max(0, next.nanos() - ticker.read())));
      next.then().run();
      work();
    }
    ticker.pass(Duration.ofNanos(until - ticker.read()));
  }

  @Test
  void tellsWhoItIsAndTheirGroups() {
    assertThat(answer(basic("ann:geheim")))
        .isEqualTo(new Answer.Known("ann", Set.of("dev"), "basic"));
    assertThat(answer(basic("bob:wonderland")))
        .isEqualTo(new Answer.Known("bob", Set.of(), "basic"));
    assertThat(answer(basic("ann:wonderland")))
        .isEqualTo(new Answer.Rejected("The password of 'ann' is wrong."));
    assertThat(answer(basic("Ann:geheim")))
        .isEqualTo(new Answer.Rejected("There is no user 'Ann'."));
    assertThat(answer("Basic !")).isInstanceOf(Answer.Rejected.class);
  }

  @Test
  void theChallengeNamesTheRealmAndTheCharset() {
    assertThat(identity.challenge())
        .contains("Basic realm=\"The \\\"realm\\\"\", charset=\"UTF-8\"");
    assertThat(start(new IdentityConfig.Nobody()).challenge()).isEmpty();
  }

  @Test
  void withoutUsersNothingCanBeSaid() {
    identity = start(new IdentityConfig.Nobody());
    assertThat(identity.known(basic("ann:geheim"), CLIENT)).isInstanceOf(Answer.Unavailable.class);
    assertThat(answer(basic("ann:geheim"))).isInstanceOf(Answer.Unavailable.class);
    assertThat(checked).isEmpty();
  }

  @Test
  void aPasswordThatWasRightIsKnownAtOnceUntilTheTimeIsOver() {
    String credentials = basic("ann:geheim");
    assertThat(identity.known(credentials, CLIENT)).isNull();
    Answer first = answer(credentials);
    assertThat(identity.known(credentials, OTHER)).isEqualTo(first);
    assertThat(answer(credentials)).isEqualTo(first);
    assertThat(identity.known(basic("ann:geheim2"), CLIENT)).isNull();
    assertThat(checked).hasSize(1);
    ticker.pass(Duration.ofMinutes(6));
    assertThat(identity.known(credentials, CLIENT)).isNull();
  }

  @Test
  void theSameWrongPasswordAgainAndAgainCostsNothing() {
    for (int i = 0; i < 100; i++) {
      assertThat(answer(basic("ann:wrong"))).isInstanceOf(Answer.Rejected.class);
    }
    assertThat(checked).hasSize(1);
    ticker.pass(Duration.ofSeconds(61));
    assertThat(answer(basic("ann:wrong"))).isInstanceOf(Answer.Rejected.class);
    assertThat(checked).hasSize(2);
  }

  @Test
  void aStrangerCostsWhatAUserCosts() {
    answer(basic("ann:wrong"));
    answer(basic("nobody:wrong"));
    assertThat(checked.stream().map(StoredPassword::cost))
        .containsExactly(StoredPassword.LEAST_COST, StoredPassword.LEAST_COST);
    assertThat(checked.get(1).hash()).isNotEqualTo(checked.get(0).hash());
  }

  @Test
  void manyAtOnceWithTheSameCredentialsAreOneCheck() {
    for (int i = 0; i < 50; i++) {
      ask(basic("ann:geheim"), CLIENT);
    }
    assertThat(queued).hasSize(1);
    assertThat(answers).isEmpty();
    work();
    assertThat(answers).hasSize(50).allMatch(answer -> answer instanceof Answer.Known);
    assertThat(checked).hasSize(1);
  }

  @Test
  void whatCannotEvenQueueIsToldAtOnce() {
    for (int i = 0; i < ROOM; i++) {
      ask(basic("ann:guess" + i), ip("10.0.1." + i));
    }
    ask(basic("bob:wonderland"), OTHER);
    assertThat(answers).hasSize(1).first().isInstanceOf(Answer.Unavailable.class);
    work();
    assertThat(answers).hasSize(ROOM + 1);
    assertThat(answer(basic("bob:wonderland"), OTHER)).isInstanceOf(Answer.Known.class);
  }

  @Test
  void guessingIsSlowedWithoutHoldingAThreadAndTheOwnerGetsIn() {
    for (int i = 0; i < 4; i++) {
      answer(basic("ann:guess" + i));
    }
    answers.clear();
    ask(basic("ann:guess4"), CLIENT);
    assertThat(queued).isEmpty();
    assertThat(answers).isEmpty();
    assertThat(answer(basic("ann:geheim"), OTHER)).isInstanceOf(Answer.Known.class);
    answers.clear();
    pass(Duration.ofSeconds(1));
    assertThat(answers).containsExactly(new Answer.Rejected("The password of 'ann' is wrong."));
    assertThat(checked).hasSize(6);
  }

  @Test
  void whoGuessesTooMuchAtOnceIsTurnedAwayUnchecked() {
    for (int i = 0; i < 9; i++) {
      ask(basic("ann:guess" + i), CLIENT);
      work();
    }
    answers.clear();
    int before = checked.size();
    for (int i = 0; i < 20; i++) {
      ask(basic("ann:more" + i), CLIENT);
    }
    assertThat(answers).hasSizeGreaterThan(10).allMatch(a -> a instanceof Answer.Unavailable);
    assertThat(checked).hasSize(before);
  }

  @Test
  void manyUsersBehindOneAddressAreAllChecked() {
    List<Runnable> underWay = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      ask(basic("user" + i + ":wrong"), CLIENT);
      underWay.add(queued.remove());
    }
    assertThat(answers).as("nobody was turned away").isEmpty();
    underWay.forEach(Runnable::run);
    assertThat(answers).hasSize(12).allMatch(a -> a instanceof Answer.Rejected);
  }

  @Test
  void aChangedFileIsReadAgainAndWhatWasRememberedIsForgotten() throws IOException {
    answer(basic("ann:geheim"));
    answer(basic("eve:new"));
    file("ann: other", "eve: new");
    assertThat(identity.known(basic("ann:geheim"), CLIENT)).isInstanceOf(Answer.Known.class);
    pass(Duration.ofSeconds(3));
    assertThat(identity.known(basic("ann:geheim"), CLIENT)).isNull();
    assertThat(answer(basic("ann:geheim"))).isInstanceOf(Answer.Rejected.class);
    assertThat(answer(basic("eve:new"))).isInstanceOf(Answer.Known.class);
  }

  @Test
  void aBrokenFileLeavesTheUsersAsTheyWere() throws IOException {
    Files.writeString(folder.resolve("passwords"), "ann:plain\n");
    pass(Duration.ofSeconds(3));
    assertThat(answer(basic("ann:geheim"))).isInstanceOf(Answer.Known.class);
    assertThat(answer(basic("ann:plain"))).isInstanceOf(Answer.Rejected.class);
    Files.delete(folder.resolve("passwords"));
    pass(Duration.ofSeconds(3));
    assertThat(answer(basic("bob:wonderland"))).isInstanceOf(Answer.Known.class);
    file("bob: new");
    pass(Duration.ofSeconds(3));
    assertThat(answer(basic("bob:new"))).isInstanceOf(Answer.Known.class);
  }

  @Test
  void aReloadTakesOtherUsersAndTakesThemAway() throws IOException {
    answer(basic("ann:geheim"));
    file("eve: new");
    identity.reload(config());
    assertThat(answer(basic("ann:geheim"))).isInstanceOf(Answer.Rejected.class);
    assertThat(answer(basic("eve:new"))).isInstanceOf(Answer.Known.class);
    identity.reload(new IdentityConfig.Nobody());
    assertThat(identity.challenge()).isEmpty();
    assertThat(answer(basic("eve:new"))).isInstanceOf(Answer.Unavailable.class);
  }

  @Test
  void theRealThreadsAnswerOnce() throws Exception {
    try (PasswordFileIdentity real = PasswordFileIdentity.start(config())) {
      var answer = new java.util.concurrent.CompletableFuture<Answer>();
      real.check(basic("ann:geheim"), CLIENT, Runnable::run, answer::complete);
      assertThat(answer.get(60, java.util.concurrent.TimeUnit.SECONDS))
          .isInstanceOf(Answer.Known.class);
    }
  }

  @Test
  void nothingThatIsRememberedHasThePassword() {
    assertThat(new Fingerprints().of("Basic x")).isNotEqualTo(new Fingerprints().of("Basic x"));
    Fingerprints fingerprints = new Fingerprints();
    assertThat(fingerprints.of("Basic x")).isEqualTo(fingerprints.of("Basic x"));
    assertThat(fingerprints.of("Basic x")).isNotEqualTo(fingerprints.of("Basic y"));
  }
}
