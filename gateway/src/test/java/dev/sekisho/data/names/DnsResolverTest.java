package dev.sekisho.data.names;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.origin.Transport;
import dev.sekisho.net.Authority;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import dev.sekisho.testing.DnsStep;
import dev.sekisho.testing.ManualTicker;
import dev.sekisho.testing.ScriptedDns;
import dev.sekisho.testing.ScriptedDns.Type;
import dev.sekisho.testing.ScriptedDns.Via;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DnsResolverTest {
  private static final Transport TRANSPORT = Transport.best();
  private static final Duration SHORT = Duration.ofMillis(400);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static MultiThreadIoEventLoopGroup loops;

  @TempDir private Path folder;

  private final ManualTicker ticker = new ManualTicker();
  private final ScriptedDns dns = ScriptedDns.start();
  private EventLoop loop;

  @BeforeAll
  static void startLoops() {
    loops = new MultiThreadIoEventLoopGroup(2, TRANSPORT.loops());
  }

  @AfterAll
  static void stopLoops() {
    var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  @BeforeEach
  void files() throws IOException {
    Files.writeString(
        folder.resolve("hosts"),
        "10.9.9.9 printer printer.corp.example\nfd00::9 printer.corp.example\n");
    loop = loops.next();
  }

  @AfterEach
  void closeServer() {
    dns.close();
  }

  @Test
  void asksForBothFamiliesAndInterleavesThem() {
    dns.on("a.example", Type.A, DnsStep.addresses(60, "192.0.2.1", "192.0.2.2"));
    dns.on("a.example", Type.AAAA, DnsStep.addresses(60, "2001:db8::1", "2001:db8::2"));
    assertThat(addresses(ask(resolver(LONG), "a.example")))
        .containsExactly("192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2");
  }

  @Test
  void putsIpv6FirstWhereTheHostReachesIt() {
    dns.on("a.example", Type.A, DnsStep.addresses(60, "192.0.2.1"));
    dns.on("a.example", Type.AAAA, DnsStep.addresses(60, "2001:db8::1"));
    DnsResolver resolver =
        resolver(LONG, NamesConfig.CacheLimits.USUAL, Preference.IPV6_FIRST, dns.authority());
    assertThat(addresses(ask(resolver, "a.example"))).containsExactly("2001:db8::1", "192.0.2.1");
  }

  @Test
  void remembersAnAnswerForItsTimeToLive() {
    dns.on(
        "a.example",
        Type.A,
        DnsStep.addresses(60, "192.0.2.1"),
        DnsStep.addresses(60, "192.0.2.2"));
    DnsResolver resolver = resolver(LONG);
    assertThat(addresses(ask(resolver, "a.example"))).containsExactly("192.0.2.1");
    ticker.pass(Duration.ofSeconds(59));
    assertThat(addresses(resolver.known(name("a.example")))).containsExactly("192.0.2.1");
    ticker.pass(Duration.ofSeconds(2));
    assertThat(resolver.known(name("a.example"))).isNull();
    assertThat(addresses(ask(resolver, "a.example"))).containsExactly("192.0.2.2");
  }

  @Test
  void keepsAnAnswerOnlyAsLongAsTheShortestAliasOnTheWay() {
    dns.on("a.example", Type.A, DnsStep.alias(5, "b.example"))
        .on("b.example", Type.A, DnsStep.addresses(600, "192.0.2.1"));
    DnsResolver resolver = resolver(LONG);
    assertThat(addresses(ask(resolver, "a.example"))).containsExactly("192.0.2.1");
    ticker.pass(Duration.ofSeconds(6));
    assertThat(resolver.known(name("a.example"))).isNull();
  }

  @Test
  void clampsTheTimeToLiveBetweenItsLimits() {
    var limits = limits(Duration.ofSeconds(10), Duration.ofSeconds(100));
    dns.on("none.example", DnsStep.addresses(0, "192.0.2.1"))
        .on("none.example", Type.AAAA, DnsStep.noData(60));
    dns.on("ever.example", Type.A, DnsStep.addresses(86_400, "192.0.2.1"));
    DnsResolver resolver = resolver(LONG, limits, Preference.IPV4_FIRST, dns.authority());
    ask(resolver, "none.example");
    ask(resolver, "ever.example");
    ticker.pass(Duration.ofSeconds(9));
    assertThat(resolver.known(name("none.example"))).isNotNull();
    ticker.pass(Duration.ofSeconds(2));
    assertThat(resolver.known(name("none.example"))).isNull();
    assertThat(resolver.known(name("ever.example"))).isNotNull();
    ticker.pass(Duration.ofSeconds(90));
    assertThat(resolver.known(name("ever.example"))).isNull();
  }

  @Test
  void asksAgainEachTimeWhenNothingMayBeKept() {
    dns.on(
        "rebind.example",
        Type.A,
        DnsStep.addresses(0, "192.0.2.1"),
        DnsStep.addresses(0, "127.0.0.1"));
    DnsResolver resolver =
        resolver(
            LONG,
            limits(Duration.ZERO, Duration.ofHours(1)),
            Preference.IPV4_FIRST,
            dns.authority());
    assertThat(addresses(ask(resolver, "rebind.example"))).containsExactly("192.0.2.1");
    assertThat(addresses(ask(resolver, "rebind.example"))).containsExactly("127.0.0.1");
    assertThat(dns.asked("rebind.example", Type.A)).isEqualTo(2);
  }

  @Test
  void remembersThatThereIsNoSuchNameAsLongAsTheZoneSays() {
    dns.on("gone.example", DnsStep.noName(20));
    DnsResolver resolver = resolver(LONG);
    assertThat(failure(ask(resolver, "gone.example")).kind())
        .isEqualTo(Failure.Kind.NAME_NOT_FOUND);
    ticker.pass(Duration.ofSeconds(19));
    assertThat(failure(ask(resolver, "gone.example")).detail())
        .isEqualTo("There is no name gone.example.");
    assertThat(dns.asked("gone.example", Type.A)).isEqualTo(1);
    ticker.pass(Duration.ofSeconds(2));
    ask(resolver, "gone.example");
    assertThat(dns.asked("gone.example", Type.A)).isEqualTo(2);
  }

  @Test
  void remembersAbsenceNoLongerThanConfigured() {
    dns.on("gone.example", DnsStep.noName(86_400));
    DnsResolver resolver = resolver(LONG);
    ask(resolver, "gone.example");
    ticker.pass(Duration.ofSeconds(61));
    assertThat(resolver.known(name("gone.example"))).isNull();
  }

  @Test
  void saysThatANameHasNoAddress() {
    dns.on("mail.example", DnsStep.noData(60));
    Failure failure = failure(ask(resolver(LONG), "mail.example"));
    assertThat(failure.kind()).isEqualTo(Failure.Kind.NAME_NOT_FOUND);
    assertThat(failure.side()).isEqualTo(Failure.Side.ORIGIN);
    assertThat(failure.retry()).isEqualTo(Failure.Retry.SAFE);
    assertThat(failure.detail()).isEqualTo("The name mail.example has no address.");
  }

  @Test
  void failsWhenEveryNameServerFails() {
    dns.on("broken.example", DnsStep.code(2));
    Failure failure = failure(ask(resolver(LONG), "broken.example"));
    assertThat(failure.kind()).isEqualTo(Failure.Kind.NAME_FAILED);
    assertThat(failure.side()).isEqualTo(Failure.Side.ORIGIN);
    assertThat(failure.detail()).contains("broken.example", "RCODE 2", dns.authority().toString());
  }

  @Test
  void blamesTheGatewayWhenItsNameServerRefusesIt() {
    dns.on("a.example", DnsStep.code(5));
    assertThat(failure(ask(resolver(LONG), "a.example")).side()).isEqualTo(Failure.Side.GATEWAY);
  }

  @Test
  void servesOneFamilyWhenTheOtherFails() {
    dns.on("half.example", Type.A, DnsStep.addresses(60, "192.0.2.1"));
    dns.on("half.example", Type.AAAA, DnsStep.code(2));
    assertThat(addresses(ask(resolver(LONG), "half.example"))).containsExactly("192.0.2.1");
  }

  @Test
  void doesNotTakeNoDataForAnAnswerWhenTheOtherFamilyFailed() {
    dns.on("half.example", Type.A, DnsStep.code(2))
        .on("half.example", Type.AAAA, DnsStep.noData(60));
    DnsResolver resolver = resolver(LONG);
    assertThat(failure(ask(resolver, "half.example")).kind()).isEqualTo(Failure.Kind.NAME_FAILED);
    ticker.pass(Duration.ofSeconds(2));
    assertThat(resolver.known(name("half.example"))).isNull();
  }

  @Test
  void triesTheNextNameServerWhenOneFails() {
    dns.on("a.example", DnsStep.code(2));
    try (ScriptedDns second = ScriptedDns.start()) {
      second.on("a.example", Type.A, DnsStep.addresses(60, "192.0.2.7"));
      assertThat(addresses(ask(resolver(LONG, second), "a.example"))).containsExactly("192.0.2.7");
    }
  }

  @Test
  void triesTheNextNameServerWhenOneKeepsSilentAndAsksThatOneLastAfterwards() {
    dns.on("a.example", DnsStep.silence()).on("b.example", DnsStep.silence());
    try (ScriptedDns second = ScriptedDns.start()) {
      second.on("a.example", Type.A, DnsStep.addresses(60, "192.0.2.7"));
      second.on("b.example", Type.A, DnsStep.addresses(60, "192.0.2.8"));
      DnsResolver resolver = resolver(Duration.ofSeconds(2), second);
      assertThat(addresses(ask(resolver, "a.example"))).containsExactly("192.0.2.7");
      assertThat(addresses(ask(resolver, "b.example"))).containsExactly("192.0.2.8");
      assertThat(dns.asked("b.example", Type.A)).isZero();
    }
  }

  @Test
  void triesTheNextNameServerAtOnceWhenNobodyListens() {
    Authority nobody = dns.authority();
    dns.close();
    try (ScriptedDns second = ScriptedDns.start()) {
      second.on("a.example", Type.A, DnsStep.addresses(60, "192.0.2.7"));
      DnsResolver resolver =
          resolver(
              LONG,
              NamesConfig.CacheLimits.USUAL,
              Preference.IPV4_FIRST,
              nobody,
              second.authority());
      assertThat(addresses(ask(resolver, "a.example"))).containsExactly("192.0.2.7");
    }
  }

  @Test
  void givesUpWhenNobodyAnswers() {
    dns.on("slow.example", DnsStep.silence());
    Failure failure = failure(ask(resolver(SHORT), "slow.example"));
    assertThat(failure.kind()).isEqualTo(Failure.Kind.NAME_TIMEOUT);
    assertThat(failure.side()).isEqualTo(Failure.Side.GATEWAY);
    assertThat(failure.detail()).contains("slow.example", dns.authority().toString());
    assertThat(dns.asked("slow.example", Type.A)).isEqualTo(2);
  }

  @Test
  void asksOverTcpWhatDidNotFitIntoAPacket() {
    String[] many = IntStream.range(0, 20).mapToObj(i -> "192.0.2." + i).toArray(String[]::new);
    dns.on("many.example", Type.A, DnsStep.addresses(60, many).truncated());
    assertThat(addresses(ask(resolver(LONG), "many.example"))).containsExactly(many);
    assertThat(dns.asked()).extracting(ScriptedDns.Asked::via).contains(Via.TCP);
  }

  @Test
  void takesNoMoreThanThirtyTwoAddresses() {
    String[] many = IntStream.range(0, 200).mapToObj(i -> "192.0.2." + i).toArray(String[]::new);
    dns.on("many.example", Type.A, DnsStep.addresses(60, many).truncated());
    assertThat(addresses(ask(resolver(LONG), "many.example"))).hasSize(32);
  }

  @Test
  void followsChainsOfAliases() {
    for (int i = 0; i < 10; i++) {
      dns.on("c" + i + ".example", Type.A, DnsStep.alias(60, "c" + (i + 1) + ".example"));
    }
    dns.on("c10.example", Type.A, DnsStep.addresses(60, "192.0.2.1"));
    assertThat(addresses(ask(resolver(LONG), "c0.example"))).containsExactly("192.0.2.1");
  }

  @Test
  void asksForTheTargetWhenTheAnswerStopsAtAnAlias() {
    dns.on("a.example", DnsStep.bareAlias(60, "b.example"))
        .on("b.example", Type.A, DnsStep.addresses(60, "192.0.2.1"));
    assertThat(addresses(ask(resolver(LONG), "a.example"))).containsExactly("192.0.2.1");
  }

  @Test
  void givesUpOnAliasesThatLeadInACircle() {
    dns.on("a.example", DnsStep.alias(60, "b.example"))
        .on("b.example", DnsStep.alias(60, "a.example"));
    assertThat(failure(ask(resolver(LONG), "a.example")).detail()).contains("do not end");
    dns.on("c.example", DnsStep.bareAlias(60, "d.example"))
        .on("d.example", DnsStep.bareAlias(60, "c.example"));
    assertThat(failure(ask(resolver(LONG), "c.example")).detail()).contains("do not end");
  }

  @Test
  void passesOverForgedAndBrokenPacketsAndWaitsForTheAnswer() {
    DnsStep answer =
        DnsStep.addresses(60, "192.0.2.1")
            .after(reply -> {
              reply[0] ^= 1; // another id
              reply[reply.length - 1] = 66;
              return reply;
            })
            .after(reply -> {
              reply[13] = 'z'; // another question
              reply[reply.length - 1] = 66;
              return reply;
            })
            .after(reply -> Arrays.copyOf(reply, reply.length - 3))
            .after(_ -> new byte[0])
            .after(_ -> new byte[11]);
    dns.on("a.example", Type.A, answer);
    assertThat(addresses(ask(resolver(LONG), "a.example"))).containsExactly("192.0.2.1");
  }

  @Test
  void doesWithoutExtensionsWhereTheNameServerKnowsNone() {
    dns.on("old.example", DnsStep.code(1), DnsStep.addresses(60, "192.0.2.1"))
        .on("old.example", Type.AAAA, DnsStep.noData(60));
    assertThat(addresses(ask(resolver(LONG), "old.example"))).containsExactly("192.0.2.1");
    assertThat(dns.asked())
        .filteredOn(q -> q.type() == 1)
        .extracting(ScriptedDns.Asked::edns)
        .containsExactly(true, false);
  }

  @Test
  void asksOnceForEveryoneWhoWantsTheSameName() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    dns.on("busy.example", Type.A, DnsStep.addresses(60, "192.0.2.1").heldUntil(gate));
    DnsResolver resolver = resolver(LONG);
    List<CompletableFuture<Resolver.Answer>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(begin(resolver, "busy.example", loops.next()));
    }
    loops.forEach(each -> each.submit(() -> {}).syncUninterruptibly()); // everyone has asked
    gate.complete(null);
    all.forEach(each -> assertThat(addresses(get(each))).containsExactly("192.0.2.1"));
    assertThat(dns.asked("busy.example", Type.A)).isEqualTo(1);
    assertThat(resolver.counts()).isEqualTo(new DnsResolver.Counts(0, 0, 1, 0));
  }

  @Test
  void doesNotWaitLongForTheFamilyThatIsLateAndRemembersItWhenItComes() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    dns.on("late.example", Type.A, DnsStep.addresses(60, "192.0.2.1"));
    dns.on("late.example", Type.AAAA, DnsStep.addresses(60, "2001:db8::1").heldUntil(gate));
    DnsResolver resolver = resolver(LONG);
    assertThat(addresses(ask(resolver, "late.example"))).containsExactly("192.0.2.1");
    gate.complete(null);
    awaitUntil(() -> addresses(resolver.known(name("late.example"))).size() == 2);
    assertThat(addresses(resolver.known(name("late.example"))))
        .containsExactly("192.0.2.1", "2001:db8::1");
  }

  @Test
  void waitsForTheOtherFamilyWhenTheFirstHasNothing() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    dns.on("six.example", Type.A, DnsStep.noData(60));
    dns.on("six.example", Type.AAAA, DnsStep.addresses(60, "2001:db8::1").heldUntil(gate));
    DnsResolver resolver = resolver(LONG);
    CompletableFuture<Resolver.Answer> answer = begin(resolver, "six.example", loop);
    awaitUntil(() -> dns.asked("six.example", Type.A) == 1);
    gate.complete(null);
    assertThat(addresses(get(answer))).containsExactly("2001:db8::1");
  }

  @Test
  void takesTheHostsFileBeforeAnythingElse() {
    dns.on("printer.corp.example", DnsStep.addresses(60, "192.0.2.66"));
    DnsResolver resolver = resolver(LONG);
    assertThat(addresses(resolver.known(name("printer.corp.example"))))
        .containsExactly("10.9.9.9", "fd00::9");
    assertThat(addresses(ask(resolver, "printer"))).containsExactly("10.9.9.9");
    assertThat(dns.asked()).isEmpty();
    assertThat(resolver.counts().local()).isEqualTo(2);
  }

  @Test
  void takesLocalhostAndNamesBelowItForLoopbackWithoutAsking() {
    DnsResolver resolver = resolver(LONG);
    assertThat(addresses(ask(resolver, "localhost"))).containsExactly("127.0.0.1", "::1");
    assertThat(addresses(ask(resolver, "db.localhost"))).containsExactly("127.0.0.1", "::1");
    assertThat(dns.asked()).isEmpty();
    dns.on("notlocalhost", Type.A, DnsStep.addresses(60, "192.0.2.1"));
    assertThat(addresses(ask(resolver, "notlocalhost"))).containsExactly("192.0.2.1");
  }

  @Test
  void neverAsksDnsForNamesItDoesNotHave() {
    assertThat(failure(ask(resolver(LONG), "abc.onion")).kind())
        .isEqualTo(Failure.Kind.NAME_NOT_FOUND);
    assertThat(failure(ask(resolver(LONG), "x.invalid")).kind())
        .isEqualTo(Failure.Kind.NAME_NOT_FOUND);
    assertThat(dns.asked()).isEmpty();
  }

  @Test
  void answersOnTheLoopOfTheAskerAndNeverWithinTheQuestion() {
    DnsResolver resolver = resolver(LONG);
    CompletableFuture<List<String>> order = new CompletableFuture<>();
    List<String> seen = new ArrayList<>();
    loop.execute(() -> {
      resolver.resolve(
          name("printer"),
          loop,
          _ -> {
            seen.add("answer on its loop " + loop.inEventLoop());
            order.complete(seen);
          });
      seen.add("asked");
    });
    assertThat(get(order)).containsExactly("asked", "answer on its loop true");
  }

  @Test
  void refusesFurtherLookupsWhenTooManyAreUnderWay() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    DnsResolver resolver = resolver(LONG);
    List<CompletableFuture<Resolver.Answer>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      dns.on("n" + i + ".example", DnsStep.noName(60).heldUntil(gate));
      all.add(begin(resolver, "n" + i + ".example", loop));
    }
    Failure failure = failure(ask(resolver, "more.example"));
    assertThat(failure.kind()).isEqualTo(Failure.Kind.NAME_FAILED);
    assertThat(failure.side()).isEqualTo(Failure.Side.GATEWAY);
    assertThat(addresses(ask(resolver, "printer"))).containsExactly("10.9.9.9");
    gate.complete(null);
    all.forEach(DnsResolverTest::get);
    awaitUntil(() -> failure(ask(resolver, "more.example")).kind() == Failure.Kind.NAME_NOT_FOUND);
  }

  @Test
  void asksASilentNameServerInItsPlaceAgainAfterHalfAMinute() {
    Standing standing = new Standing(ticker);
    InetSocketAddress first = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    InetSocketAddress second = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);
    standing.silent(first);
    assertThat(standing.order(List.of(first, second))).containsExactly(second, first);
    standing.answered(first);
    assertThat(standing.order(List.of(first, second))).containsExactly(first, second);
    standing.silent(first);
    ticker.pass(Duration.ofSeconds(30));
    assertThat(standing.order(List.of(first, second))).containsExactly(first, second);
  }

  @Test
  void keepsNoMoreNamesThanConfigured() {
    var limits =
        new NamesConfig.CacheLimits(
            10,
            Duration.ofSeconds(1),
            Duration.ofHours(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(1));
    DnsResolver resolver = resolver(LONG, limits, Preference.IPV4_FIRST, dns.authority());
    for (int i = 0; i < 50; i++) {
      ask(resolver, "n" + i + ".example");
    }
    assertThat(resolver.remembered()).isLessThanOrEqualTo(10);
  }

  private DnsResolver resolver(Duration timeout) {
    return resolver(timeout, NamesConfig.CacheLimits.USUAL, Preference.IPV4_FIRST, dns.authority());
  }

  private DnsResolver resolver(Duration timeout, ScriptedDns second) {
    return resolver(
        timeout,
        NamesConfig.CacheLimits.USUAL,
        Preference.IPV4_FIRST,
        dns.authority(),
        second.authority());
  }

  private DnsResolver resolver(
      Duration timeout,
      NamesConfig.CacheLimits limits,
      Preference preference,
      Authority... servers) {
    var config = new NamesConfig(new NamesConfig.Source.Servers(List.of(servers)), timeout, limits);
    var files = new SystemFiles(folder.resolve("hosts"), folder.resolve("resolv.conf"));
    return new DnsResolver(
        config,
        TRANSPORT,
        new Surroundings(files, config.resolver(), () -> preference),
        ticker,
        100);
  }

  private static NamesConfig.CacheLimits limits(Duration least, Duration greatest) {
    return new NamesConfig.CacheLimits(
        100, least, greatest, Duration.ofMinutes(1), Duration.ofSeconds(1));
  }

  private Resolver.Answer ask(DnsResolver resolver, String name) {
    return get(begin(resolver, name, loop));
  }

  private static CompletableFuture<Resolver.Answer> begin(
      DnsResolver resolver, String name, EventLoop loop) {
    CompletableFuture<Resolver.Answer> answer = new CompletableFuture<>();
    loop.execute(() -> resolver.resolve(name(name), loop, answer::complete));
    return answer;
  }

  private static <T> T get(CompletableFuture<T> future) {
    return future.orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static void awaitUntil(BooleanSupplier condition) {
    get(
        CompletableFuture.runAsync(() -> {
          while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000);
          }
        }));
  }

  private static List<String> addresses(Resolver.@Nullable Answer answer) {
    if (answer instanceof Resolver.Answer.Addresses found) {
      return found.addresses().stream().map(IpAddress::text).toList();
    }
    throw new AssertionError("no addresses: " + answer);
  }

  private static Failure failure(Resolver.Answer answer) {
    if (answer instanceof Resolver.Answer.Failed failed) {
      return failed.failure();
    }
    throw new AssertionError("no failure: " + answer);
  }

  private static DomainName name(String text) {
    try {
      return DomainName.parse(text);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }
}
