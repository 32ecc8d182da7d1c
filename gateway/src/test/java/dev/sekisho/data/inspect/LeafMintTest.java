package dev.sekisho.data.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeafMintTest {
  private static final IpAddress CLIENT = client("192.0.2.1");
  private static final MintLimits LIMITS = new MintLimits(64L << 20, 1024, 1024, 1);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.now().truncatedTo(ChronoUnit.SECONDS));
  private volatile Clock clock = Clock.GOING;
  private final Authority authority = Authority.make("node-1", now.get());
  private LeafMint mint = start(LIMITS);

  private LeafMint start(MintLimits limits) {
    Ticker ticker = () -> TimeUnit.MILLISECONDS.toNanos(time().toEpochMilli());
    return LeafMint.start(authority, limits, this::time, ticker);
  }

  private enum Clock {
    GOING,
    BROKEN
  }

  private Instant time() {
    return switch (clock) {
      case GOING -> now.get();
      case BROKEN -> throw new IllegalStateException("as meant");
    };
  }

  @AfterEach
  void close() {
    mint.close();
  }

  private static Host host(String text) {
    try {
      return Host.parse(text);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private static IpAddress client(String text) {
    try {
      return IpAddress.parse(text);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private Leaves.Minted answer(Host host) throws Exception {
    CompletableFuture<Leaves.Minted> answer = new CompletableFuture<>();
    mint.mint(host, CLIENT, Runnable::run, answer::complete);
    return answer.get(20, TimeUnit.SECONDS);
  }

  private SslContext minted(String name) throws Exception {
    if (answer(host(name)) instanceof Leaves.Minted.Leaf(SslContext context)) {
      return context;
    }
    throw new AssertionError("not minted: " + name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "example.com",
        "xn--wgv71a119e.jp",
        "192.0.2.7",
        "[2001:db8::7]",
        "a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.a23456789."
            + "a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.a23456789."
            + "a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.abc"
      })
  void aClientThatTrustsTheAuthorityAcceptsTheLeafOfAnyHost(String name) throws Exception {
    Host host = host(name);
    SSLEngine client =
        Clients.engine(Clients.jdk(authority.certificate()), host.text(), "http/1.1");
    Shake.Seen seen = Shake.hands(client, minted(name));
    assertThat(seen.session().getProtocol()).isEqualTo("TLSv1.3");
    assertThat(seen.protocol()).isEqualTo("http/1.1");
    assertThat(seen.session().getPeerCertificates()).hasSize(1);
  }

  @Test
  void aLeafIsForNoOtherName() throws Exception {
    SslContext leaf = minted("example.com");
    SSLEngine client = Clients.engine(Clients.jdk(authority.certificate()), "example.org");
    assertThatThrownBy(() -> Shake.hands(client, leaf)).isInstanceOf(SSLException.class);
  }

  @Test
  void aClientThatDoesNotKnowTheAuthorityRefuses() throws Exception {
    Authority other = Authority.make("node-1", now.get());
    SslContext leaf = minted("example.com");
    SSLEngine client = Clients.engine(Clients.jdk(other.certificate()), "example.com");
    assertThatThrownBy(() -> Shake.hands(client, leaf)).isInstanceOf(SSLException.class);
  }

  @Test
  void nothingIsSelectedForAClientWithoutAlpn() throws Exception {
    SSLEngine client = Clients.engine(Clients.jdk(authority.certificate()), "example.com");
    assertThat(Shake.hands(client, minted("example.com")).protocol()).isEmpty();
  }

  @Test
  void http2IsNeverSelected() throws Exception {
    SSLEngine client =
        Clients.engine(Clients.jdk(authority.certificate()), "example.com", "h2", "http/1.1");
    assertThat(Shake.hands(client, minted("example.com")).protocol()).isEqualTo("http/1.1");
  }

  @Test
  void versionsBelowTls12AreRefused() throws Exception {
    SslContext leaf = minted("example.com");
    SSLEngine client = leaf.newEngine(ByteBufAllocator.DEFAULT);
    assertThat(client.getEnabledProtocols()).contains("TLSv1.2", "TLSv1.3");
    assertThat(client.getEnabledProtocols()).doesNotContain("TLSv1", "TLSv1.1", "SSLv3");
    ReferenceCountUtil.release(client);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aSessionIsResumedEvenWhenTheContextWasDroppedMeanwhile(String version) throws Exception {
    Clients.Shown shown = new Clients.Shown();
    SSLContext client = Clients.jdk(shown);
    assertThat(shake(client, version).session().getProtocol()).isEqualTo(version);
    assertThat(shown.count()).isEqualTo(1);
    shake(client, version);
    assertThat(shown.count()).as("resumed").isEqualTo(1);
    now.updateAndGet(time -> time.plus(LeafMint.LONGEST_KEPT).plusSeconds(1));
    assertThat(mint.known(host("example.com"))).isNull();
    shake(client, version);
    assertThat(shown.count()).as("resumed by the ticket key of the time before").isEqualTo(1);
  }

  private Shake.Seen shake(SSLContext client, String version) throws Exception {
    SSLEngine engine = client.createSSLEngine("example.com", 443);
    engine.setEnabledProtocols(new String[] {version});
    return Shake.hands(engine, minted("example.com"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aNativeClientShakesHands(String version) throws Exception {
    Clients.Shown shown = new Clients.Shown();
    SslContext client = Clients.tcnative(shown, version);
    SSLEngine engine = Clients.engine(client, "example.com");
    Shake.Seen seen = Shake.hands(engine, minted("example.com"));
    assertThat(seen.session().getProtocol()).isEqualTo(version);
    assertThat(seen.protocol()).isEqualTo("http/1.1");
    ReferenceCountUtil.release(engine);
    ReferenceCountUtil.release(client);
  }

  @Test
  void whatWasMintedIsAtHand() throws Exception {
    assertThat(mint.known(host("example.com"))).isNull();
    SslContext context = minted("example.com");
    assertThat(mint.known(host("example.com"))).isSameAs(context);
    assertThat(minted("example.com")).isSameAs(context);
  }

  @Test
  void allWhoAskForOneNameGetOneContextAndEachIsAnsweredOnceOnItsOwnLoop() throws Exception {
    int askers = 64;
    List<SslContext> contexts = java.util.Collections.synchronizedList(new ArrayList<>());
    CountDownLatch answered = new CountDownLatch(askers);
    List<Integer> loops = java.util.Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < askers; i++) {
      int number = i;
      Executor loop =
          task -> {
            loops.add(number);
            task.run();
          };
      threads.add(
          Thread.ofVirtual()
              .start(() ->
                  mint.mint(
                      host("example.com"),
                      CLIENT,
                      loop,
                      minted -> {
                        if (minted instanceof Leaves.Minted.Leaf(SslContext context)) {
                          contexts.add(context);
                        }
                        answered.countDown();
                      })));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(contexts).hasSize(askers);
    assertThat(Set.copyOf(contexts)).hasSize(1);
    assertThat(loops).hasSize(askers).doesNotHaveDuplicates();
  }

  @Test
  void moreNamesThanMayWaitAreRefusedAndTheOthersAreMinted() throws Exception {
    mint.close();
    mint = start(new MintLimits(64L << 20, 4, 1024, 1));
    int names = 200;
    CountDownLatch answered = new CountDownLatch(names);
    List<String> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < names; i++) {
      mint.mint(
          host("n" + i + ".example"),
          CLIENT,
          Runnable::run,
          minted -> {
            if (minted instanceof Leaves.Minted.Failed(String detail)) {
              failures.add(detail);
            }
            answered.countDown();
          });
    }
    assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(failures).isNotEmpty().allMatch(line -> line.startsWith("Too many new names"));
    assertThat(failures.size()).isLessThan(names);
    assertThat(minted("later.example")).isNotNull();
  }

  @Test
  void aClientThatMakesNamesUpLeavesPlacesForOthers() throws Exception {
    WaitingNames waiting = new WaitingNames(8, 3);
    IpAddress inventor = client("2001:db8::1");
    List<WaitingNames.Place> places = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      places.add(waiting.enter(host("n" + i + ".example"), inventor.client()));
    }
    assertThat(places)
        .containsExactly(
            WaitingNames.Place.GIVEN,
            WaitingNames.Place.GIVEN,
            WaitingNames.Place.GIVEN,
            WaitingNames.Place.NONE_LEFT_FOR_CLIENT,
            WaitingNames.Place.NONE_LEFT_FOR_CLIENT);
    assertThat(waiting.enter(host("x.example"), client("2001:db8::ffff:2").client()))
        .as("the same network of an IPv6 client")
        .isEqualTo(WaitingNames.Place.NONE_LEFT_FOR_CLIENT);
    assertThat(waiting.enter(host("other.example"), CLIENT)).isEqualTo(WaitingNames.Place.GIVEN);
    assertThat(waiting.take()).isEqualTo(host("n0.example"));
    assertThat(waiting.enter(host("y.example"), inventor.client()))
        .as("taken, and not minted yet")
        .isEqualTo(WaitingNames.Place.NONE_LEFT_FOR_CLIENT);
    waiting.left(inventor.client());
    assertThat(waiting.enter(host("y.example"), inventor.client()))
        .isEqualTo(WaitingNames.Place.GIVEN);
  }

  @Test
  void oneClientsStormIsRefusedByItsNameAndAnotherClientIsServed() throws Exception {
    mint.close();
    mint = start(new MintLimits(64L << 20, 1024, 4, 1));
    int names = 200;
    CountDownLatch answered = new CountDownLatch(names);
    List<String> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < names; i++) {
      mint.mint(
          host("n" + i + ".example"),
          CLIENT,
          Runnable::run,
          minted -> {
            if (minted instanceof Leaves.Minted.Failed(String detail)) {
              failures.add(detail);
            }
            answered.countDown();
          });
    }
    CompletableFuture<Leaves.Minted> other = new CompletableFuture<>();
    mint.mint(host("other.example"), client("192.0.2.2"), Runnable::run, other::complete);
    assertThat(other.get(20, TimeUnit.SECONDS)).isInstanceOf(Leaves.Minted.Leaf.class);
    assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(failures).isNotEmpty().allMatch(line -> line.contains("of this client"));
    assertThat(minted("later.example")).as("its places are free again").isNotNull();
  }

  @Test
  void whatIsEvictedMakesRoomAndAConnectionInUseGoesOn() throws Exception {
    mint.close();
    mint = start(new MintLimits(20L << 10, 1024, 1024, 1));
    SSLEngine server = minted("first.example").newEngine(ByteBufAllocator.DEFAULT);
    for (int i = 0; i < 60; i++) {
      minted("n" + i + ".example");
    }
    assertThat(mint.size()).isBetween(5L, 20L);
    now.updateAndGet(time -> time.plus(LeafMint.LONGEST_KEPT).plusSeconds(1));
    minted("last.example");
    assertThat(mint.known(host("first.example"))).isNull();
    SSLEngine client = Clients.engine(Clients.jdk(authority.certificate()), "first.example");
    assertThat(Shake.hands(client, server).session().isValid()).isTrue();
    ReferenceCountUtil.release(server);
  }

  @Test
  void aLeafThatWasHandedOutJustBeforeItWasDroppedStillServes() throws Exception {
    SslContext leaf = minted("example.com");
    mint.use(Authority.make("node-1", now.get()));
    SSLEngine client = Clients.engine(Clients.jdk(authority.certificate()), "example.com");
    assertThat(Shake.hands(client, leaf).session().isValid()).isTrue();
  }

  @Test
  void connectionsOfOneContextShowEachItsOwnLeaf() throws Exception {
    SslContext one = minted("one.example");
    SslContext two = minted("two.example");
    SSLContext trusting = Clients.jdk(authority.certificate());
    SSLEngine serverOfOne = one.newEngine(ByteBufAllocator.DEFAULT);
    SSLEngine serverOfTwo = two.newEngine(ByteBufAllocator.DEFAULT);
    assertThat(Shake.hands(Clients.engine(trusting, "two.example"), serverOfTwo)).isNotNull();
    assertThat(Shake.hands(Clients.engine(trusting, "one.example"), serverOfOne)).isNotNull();
    ReferenceCountUtil.release(serverOfOne);
    ReferenceCountUtil.release(serverOfTwo);
  }

  @Test
  void theNativeSideGoesWhenNoLeafAndNoConnectionNeedsIt() throws Exception {
    TicketKeys tickets = TicketKeys.fresh(new SecureRandom());
    PrivateKey key = Authority.newKey(new SecureRandom()).getPrivate();
    EpochContext epoch = EpochContext.of(key, tickets);
    ReferenceCountedOpenSslContext context = epoch.context();
    SSLEngine engine = new LeafContext(epoch, "").newEngine(ByteBufAllocator.DEFAULT);
    epoch = null;
    for (int i = 0; i < 100 && context.refCnt() > 1; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(context.refCnt()).as("held by its engine").isEqualTo(1);
    ReferenceCountUtil.release(engine);
    assertThat(context.refCnt()).isZero();
  }

  @Test
  void anotherAuthoritySignsFromTheMomentItIsGiven() throws Exception {
    minted("example.com");
    Authority next = Authority.make("node-1", now.get());
    mint.use(next);
    assertThat(mint.known(host("example.com"))).isNull();
    SSLEngine client = Clients.engine(Clients.jdk(next.certificate()), "example.com");
    assertThat(Shake.hands(client, minted("example.com")).session().isValid()).isTrue();
  }

  @Test
  void theSameAuthorityGivenAgainChangesNothing() throws Exception {
    SslContext context = minted("example.com");
    mint.use(authority);
    assertThat(mint.known(host("example.com"))).isSameAs(context);
  }

  @Test
  void noLeafLivesLongerThanItsAuthority() throws Exception {
    now.set(authority.end().minus(Duration.ofHours(10)));
    minted("example.com");
    now.updateAndGet(time -> time.plus(Duration.ofHours(5)).plusSeconds(1));
    assertThat(mint.known(host("example.com"))).as("half of what was left").isNull();
    now.set(authority.end().plusSeconds(1));
    assertThat(answer(host("example.com")))
        .isInstanceOfSatisfying(
            Leaves.Minted.Failed.class,
            failed -> assertThat(failed.detail()).contains("expired on"));
  }

  @Test
  void aDefectIsAnAnswerAndTheNextNameIsMinted() throws Exception {
    clock = Clock.BROKEN;
    assertThat(answer(host("example.com"))).isInstanceOf(Leaves.Minted.Failed.class);
    clock = Clock.GOING;
    assertThat(minted("example.com")).isNotNull();
  }

  @Test
  void whoAsksOneThatIsClosedIsAnswered() throws Exception {
    mint.close();
    assertThat(answer(host("example.com"))).isInstanceOf(Leaves.Minted.Failed.class);
  }

  @Test
  void anIntermediateIsSentBehindTheLeafAndItsRootIsNot() throws Exception {
    Hierarchy company = Hierarchy.make();
    now.set(Instant.now().plusSeconds(1));
    mint.use(company.intermediate());
    SSLEngine client = Clients.engine(Clients.jdk(company.root()), "example.com");
    Shake.Seen seen = Shake.hands(client, minted("example.com"));
    X509Certificate sent = (X509Certificate) seen.session().getPeerCertificates()[1];
    assertThat(seen.session().getPeerCertificates()).hasSize(2);
    assertThat(sent).isEqualTo(company.intermediate().certificate());
  }
}
