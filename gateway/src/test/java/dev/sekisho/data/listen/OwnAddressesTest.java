package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.net.Authority;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Addresses that come after the start. */
class OwnAddressesTest {
  private static final IpAddress FIRST = address("192.0.2.1");
  private static final IpAddress LATER = address("2001:db8::2");

  private final EventExecutor loop = new DefaultEventExecutor();

  @AfterEach
  void stopLoop() {
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  @Test
  void recognisesAnAddressThatCameAfterTheStart() throws Exception {
    AtomicReference<Set<IpAddress>> machine = new AtomicReference<>(Set.of(FIRST));
    OwnAddresses own = OwnAddresses.of(machine::get);
    own.listening(3128);
    assertThat(own.contains(FIRST, 3128)).isTrue();
    assertThat(own.contains(LATER, 3128)).isFalse();
    machine.set(Set.of(LATER));
    own.keepUp(loop, Duration.ofMillis(10));
    awaitContains(own, LATER);
    assertThat(own.contains(FIRST, 3128)).as("an address that went").isFalse();
    assertThat(own.contains(LATER, 443)).as("another port").isFalse();
  }

  @Test
  void onlyADoorOfTheProxyIsOneAndOnlyByAnAddressOfThisMachine() throws Exception {
    OwnAddresses own = OwnAddresses.of(() -> Set.of(FIRST));
    own.door(3128);
    own.listening(8128);
    assertThat(own.isDoor(new Authority(FIRST, 3128))).isTrue();
    assertThat(own.isDoor(new Authority(address("127.0.0.1"), 3128))).isTrue();
    assertThat(own.isDoor(new Authority(LATER, 3128))).as("another machine").isFalse();
    assertThat(own.isDoor(new Authority(FIRST, 8128))).as("the console").isFalse();
    assertThat(own.isDoor(new Authority(Host.parse("gateway.example"), 3128)))
        .as("a name, whose address nobody has looked up yet")
        .isFalse();
    assertThat(own.contains(FIRST, 3128)).as("still nobody's origin").isTrue();
    assertThat(own.contains(FIRST, 8128)).isTrue();
  }

  @Test
  void keepsWhatItKnowsWhenTheKernelDoesNotAnswer() throws Exception {
    CountDownLatch reads = new CountDownLatch(4);
    OwnAddresses own =
        OwnAddresses.of(() -> {
          reads.countDown();
          if (reads.getCount() == 3) {
            return Set.of(FIRST);
          }
          throw new SocketException("no");
        });
    own.listening(3128);
    own.keepUp(loop, Duration.ofMillis(10));
    assertThat(reads.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(own.contains(FIRST, 3128)).isTrue();
  }

  @Test
  void recoversFromAStartWithoutAddresses() throws Exception {
    CountDownLatch reads = new CountDownLatch(2);
    OwnAddresses own =
        OwnAddresses.of(() -> {
          reads.countDown();
          if (reads.getCount() == 1) {
            throw new SocketException("not yet");
          }
          return Set.of(FIRST);
        });
    own.listening(3128);
    assertThat(own.contains(FIRST, 3128)).isFalse();
    assertThat(own.contains(address("127.0.0.1"), 3128)).isTrue();
    own.keepUp(loop, Duration.ofMillis(10));
    awaitContains(own, FIRST);
  }

  @Test
  void readsOnNoEventLoop() throws Exception {
    CountDownLatch again = new CountDownLatch(2);
    AtomicReference<Thread> reader = new AtomicReference<>();
    OwnAddresses own =
        OwnAddresses.of(() -> {
          reader.set(Thread.currentThread());
          again.countDown();
          return Set.of(FIRST);
        });
    own.keepUp(loop, Duration.ofMillis(10));
    assertThat(again.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(reader.get().isVirtual()).isTrue();
  }

  private static void awaitContains(OwnAddresses own, IpAddress address) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!own.contains(address, 3128)) {
      assertThat(System.nanoTime()).as("patience").isLessThan(end);
      Thread.sleep(5);
    }
  }

  private static IpAddress address(String text) {
    try {
      return IpAddress.parse(text);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }
}
