package dev.sekisho.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ThreadsTest {
  @Test
  void noMoreAreCheckedAtOnceThanThereAreThreadsAndNoMoreWaitThanThereIsRoom() throws Exception {
    ThreadPoolExecutor pool = Threads.pool(2, 3);
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(2);
    AtomicInteger done = new AtomicInteger();
    Runnable check =
        () -> {
          started.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          done.incrementAndGet();
        };
    for (int i = 0; i < 5; i++) {
      pool.execute(check);
    }
    started.await();
    assertThat(pool.getActiveCount()).isEqualTo(2);
    assertThatThrownBy(() -> pool.execute(check)).isInstanceOf(RejectedExecutionException.class);
    goOn.countDown();
    pool.shutdown();
    assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    assertThat(done).hasValue(5);
  }
}
