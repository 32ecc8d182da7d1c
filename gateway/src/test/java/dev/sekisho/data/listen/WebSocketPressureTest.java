package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.websocket.Frames;
import dev.sekisho.testing.KernelQueues;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * One side sends messages as fast as it can while the other reads nothing. What is not in the
 * kernel's queues then is in the gateway: one message, and what waits behind it. Then the other
 * side reads, and everything arrives.
 */
class WebSocketPressureTest {
  private static final int MESSAGE = 100_000;

  /** More than the kernel takes in for both connections. */
  private static final int MESSAGES = 1600;

  private static final int MOST_HELD = MESSAGE + (512 << 10);

  private final AtomicLong sent = new AtomicLong();
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = WebSocketOrigin.scanning("messages: { from: 1 }");
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  private interface Out {
    void send(byte[] bytes) throws IOException;
  }

  private void sendAll(byte[] frame, Out out) throws IOException {
    for (int i = 0; i < MESSAGES; i++) {
      for (int at = 0; at < frame.length; at += 4096) {
        byte[] piece = Arrays.copyOfRange(frame, at, Math.min(frame.length, at + 4096));
        out.send(piece);
        sent.addAndGet(piece.length);
      }
    }
  }

  private void holdsOneMessageWhenNothingMoves(ScriptedOrigin origin, byte[] frame)
      throws Exception {
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
    assertThat(before).isLessThan((long) MESSAGES * frame.length);
    assertThat(before - inKernel).isLessThan(MOST_HELD);
  }

  private static boolean everythingArrives(InputStream in, byte[] frame) throws IOException {
    for (int i = 0; i < MESSAGES; i++) {
      if (!Arrays.equals(in.readNBytes(frame.length), frame)) {
        return false;
      }
    }
    return true;
  }

  @Test
  void aClientThatDoesNotReadHoldsTheOriginBack() throws Exception {
    byte[] frame = Frames.plain(WebSocketOrigin.BINARY, new byte[MESSAGE]);
    try (ScriptedOrigin origin = WebSocketOrigin.of(line -> sendAll(frame, line::send));
        RawClient client = gateway.client().send(WebSocketOrigin.asking(origin))) {
      client.readHead();
      holdsOneMessageWhenNothingMoves(origin, frame);
      assertThat(everythingArrives(client.input(), frame)).isTrue();
    }
  }

  @Test
  void anOriginThatDoesNotReadHoldsTheClientBack() throws Exception {
    byte[] frame = Frames.masked(WebSocketOrigin.BINARY, new byte[MESSAGE], 0x0f0e0d0c);
    CompletableFuture<Boolean> reads = new CompletableFuture<>();
    CompletableFuture<Boolean> arrived = new CompletableFuture<>();
    try (ScriptedOrigin origin =
            WebSocketOrigin.of(line -> {
              reads.join();
              arrived.complete(everythingArrives(line.input(), frame));
            });
        RawClient client = gateway.client().send(WebSocketOrigin.asking(origin))) {
      client.readHead();
      CompletableFuture<Boolean> all = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              sendAll(frame, client::send);
              all.complete(true);
            } catch (IOException e) {
              all.completeExceptionally(e);
            }
          });
      holdsOneMessageWhenNothingMoves(origin, frame);
      reads.complete(true);
      assertThat(arrived.get(60, TimeUnit.SECONDS)).isTrue();
      assertThat(all.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
