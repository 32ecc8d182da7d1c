package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.KernelQueues;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * One side sends as fast as it can while the other reads nothing. When nothing moves any more, what
 * was sent is in the kernel's queues or in the gateway; the kernel says what it has, and the rest
 * may be 256 KiB. Then the other side reads, and everything arrives.
 */
class BackPressureTest {
  /**
   * More than the kernel can take in for both connections: its receive buffers grow to 32 MiB each.
   */
  private static final int TOTAL = 160 << 20;

  private static final int PIECE = 4 << 10;
  private static final int MOST_HELD = 256 << 10;

  private final AtomicLong sent = new AtomicLong();
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = TestGateway.start();
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  private void sendAll(OutputStream out) throws IOException {
    byte[] piece = new byte[PIECE];
    while (sent.get() < TOTAL) {
      out.write(piece);
      sent.addAndGet(PIECE);
    }
  }

  /** Waits until nothing moves, and answers what the gateway holds. */
  private long heldWhenNothingMoves(ScriptedOrigin origin) throws Exception {
    Set<Integer> ports = Set.of(gateway.port(), origin.port());
    long before = -1;
    long inKernel = -1;
    int still = 0;
    while (still < 10) {
      Thread.sleep(50);
      long now = sent.get();
      long queued = KernelQueues.bytes(ports);
      still = now == before && queued == inKernel && now > 0 ? still + 1 : 0;
      before = now;
      inKernel = queued;
    }
    assertThat(before).isLessThan(TOTAL);
    return before - inKernel;
  }

  private static long readAll(InputStream in, long count) throws IOException {
    byte[] buffer = new byte[64 << 10];
    long read = 0;
    while (read < count) {
      int n = in.read(buffer);
      if (n < 0) {
        break;
      }
      read += n;
    }
    return read;
  }

  private ScriptedOrigin sender(String head) throws IOException {
    return ScriptedOrigin.of(line -> {
      if (!head.isEmpty()) {
        line.readHead();
        line.send(head);
      }
      sendAll(line.socket().getOutputStream());
    });
  }

  private void assertHeldBackDownwards(String head, String request) throws Exception {
    try (ScriptedOrigin origin = sender(head);
        RawClient client = gateway.client().send(request.replace("ORIGIN", origin.authority()))) {
      client.readHead();
      // A buffered reader may have taken some of the body with the head; it is at most one read.
      assertThat(heldWhenNothingMoves(origin)).isLessThanOrEqualTo(MOST_HELD + RawClient.BUFFER);
      assertThat(readAll(client.input(), TOTAL)).isEqualTo(TOTAL);
    }
    assertThat(gateway.record().bytesDown).isEqualTo(TOTAL);
  }

  @Test
  void aClientThatReadsSlowlyHoldsTheOriginBack() throws Exception {
    assertHeldBackDownwards(
        "HTTP/1.1 200 OK\r\nContent-Length: " + TOTAL + "\r\n\r\n",
        "GET http://ORIGIN/ HTTP/1.1\r\nHost: x\r\n\r\n");
  }

  @Test
  void aClientThatReadsSlowlyHoldsTheOriginOfATunnelBack() throws Exception {
    assertHeldBackDownwards("", "CONNECT ORIGIN HTTP/1.1\r\nHost: x\r\n\r\n");
  }

  private void assertHeldBackUpwards(
      ScriptedOrigin origin, CountDownLatch go, CompletableFuture<Long> read, RawClient client)
      throws Exception {
    OutputStream out = client.socket().getOutputStream();
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(() -> {
          try {
            sendAll(out);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    assertThat(heldWhenNothingMoves(origin)).isLessThanOrEqualTo(MOST_HELD + RawClient.BUFFER);
    go.countDown();
    assertThat(read.get(60, TimeUnit.SECONDS)).isEqualTo(TOTAL);
    sending.get(10, TimeUnit.SECONDS);
  }

  private static void readWhenTold(
      ScriptedOrigin.Line line, CountDownLatch go, CompletableFuture<Long> read)
      throws IOException, InterruptedException {
    assertThat(go.await(60, TimeUnit.SECONDS)).isTrue();
    read.complete(readAll(line.input(), TOTAL));
  }

  @Test
  void anOriginThatReadsSlowlyHoldsTheClientBack() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<Long> read = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              readWhenTold(line, go, read);
              line.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            });
        RawClient client = gateway.client()) {
      client.send(
          "PUT http://"
              + origin.authority()
              + "/ HTTP/1.1\r\nHost: x\r\nContent-Length: "
              + TOTAL
              + "\r\n\r\n");
      assertHeldBackUpwards(origin, go, read, client);
      assertThat(client.readResponse().status()).isEqualTo(200);
    }
    assertThat(gateway.record().bytesUp).isEqualTo(TOTAL);
  }

  @Test
  void anOriginThatReadsSlowlyHoldsTheClientOfATunnelBack() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<Long> read = new CompletableFuture<>();
    try (ScriptedOrigin origin = ScriptedOrigin.of(line -> readWhenTold(line, go, read));
        RawClient client = gateway.client()) {
      client.send("CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: x\r\n\r\n").readHead();
      assertHeldBackUpwards(origin, go, read, client);
    }
    assertThat(gateway.record().bytesUp).isEqualTo(TOTAL);
  }
}
