package dev.sekisho.data.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sekisho.data.relay.TunnelRig.Line;
import dev.sekisho.data.relay.TunnelRig.Setup;
import dev.sekisho.data.relay.Tunnels.Cause;
import dev.sekisho.data.relay.Tunnels.Ended;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every kind of tunnel promises, over real sockets. The concrete classes below this one say
 * which kind.
 */
abstract class TunnelsContract {
  private static final long SEED = 0x5EC1_5802L;
  private static final String[] OURS = {"socket:", "pipe:", "anon_inode:"};

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Socket> sockets = new ArrayList<>();
  private long before;
  TunnelRig rig;

  abstract TunnelRig rig() throws Exception;

  @BeforeEach
  void build() throws Exception {
    // The first rig of a process also opens what Netty and the platform keep for good.
    rig().close();
    before = TunnelRig.descriptors(OURS);
    rig = rig();
  }

  @AfterEach
  void leavesNoDescriptorOpen() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    rig.close();
    threads.close();
    assertThat(TunnelRig.descriptors(OURS)).isEqualTo(before);
  }

  Line open(Setup setup) throws Exception {
    Line line = rig.open(setup);
    sockets.add(line.client());
    sockets.add(line.origin());
    return line;
  }

  Line open() throws Exception {
    return open(Setup.plain());
  }

  @Test
  void deliversBulkBothWaysAtOnce() throws Exception {
    Line line = open();
    int size = 64 * 1024 * 1024;
    Future<String> sentUp = send(line.client(), 1, size, 0);
    Future<String> sentDown = send(line.origin(), 2, size, 0);
    Future<String> gotUp = receive(line.origin(), 0);
    Future<String> gotDown = receive(line.client(), 0);
    // The end first: it says what happened when the bytes did not arrive.
    assertThat(line.ended().get(60, TimeUnit.SECONDS))
        .isEqualTo(new Ended(size, size, Cause.CLOSED));
    assertThat(get(gotUp)).isEqualTo(get(sentUp));
    assertThat(get(gotDown)).isEqualTo(get(sentDown));
    assertThat(line.tunnel().bytesUp()).isEqualTo(size);
    assertThat(line.tunnel().bytesDown()).isEqualTo(size);
  }

  @Test
  void deliversInOrderWhateverTheSizesAndPauses() throws Exception {
    List<Future<String>> sent = new ArrayList<>();
    List<Future<String>> got = new ArrayList<>();
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      Line line = open();
      lines.add(line);
      sent.add(send(line.client(), 100 + i, 1_000_000, 3));
      sent.add(send(line.origin(), 200 + i, 500_000 + i, 3));
      got.add(receive(line.origin(), 2));
      got.add(receive(line.client(), 2));
    }
    for (int i = 0; i < sent.size(); i++) {
      assertThat(get(got.get(i))).as("seed %d, stream %d", SEED, i).isEqualTo(get(sent.get(i)));
    }
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i).end()).isEqualTo(new Ended(1_000_000, 500_000 + i, Cause.CLOSED));
    }
  }

  @Test
  void holdsTheSenderBackWhenTheReaderIsSlow() throws Exception {
    Line line = open();
    line.origin().setReceiveBufferSize(64 * 1024);
    long memory = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    int size = 64 * 1024 * 1024;
    Future<String> sent = send(line.client(), 3, size, 0);
    long stuck = -1;
    while (stuck != line.tunnel().bytesUp()) {
      stuck = line.tunnel().bytesUp();
      Thread.sleep(300);
    }
    assertThat(stuck).isPositive().isLessThan(size);
    assertThat(sent.isDone()).isFalse();
    assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - memory)
        .isLessThan(16L * 1024 * 1024);
    Future<String> got = receive(line.origin(), 0);
    assertThat(get(got)).isEqualTo(get(sent));
    line.origin().shutdownOutput();
    assertThat(line.end()).isEqualTo(new Ended(size, 0, Cause.CLOSED));
  }

  @Test
  void carriesAnswersAfterTheClientHasFinished() throws Exception {
    Line line = open();
    write(line.client(), "question");
    line.client().shutdownOutput();
    assertThat(readAll(line.origin())).isEqualTo("question");
    write(line.origin(), "answer");
    write(line.origin(), " and more");
    line.origin().close();
    assertThat(readAll(line.client())).isEqualTo("answer and more");
    assertThat(line.end()).isEqualTo(new Ended(8, 15, Cause.CLOSED));
  }

  @Test
  void carriesUploadsAfterTheOriginHasFinished() throws Exception {
    Line line = open();
    write(line.origin(), "banner");
    line.origin().shutdownOutput();
    assertThat(readAll(line.client())).isEqualTo("banner");
    write(line.client(), "still");
    write(line.client(), " here");
    line.client().close();
    assertThat(readAll(line.origin())).isEqualTo("still here");
    assertThat(line.end()).isEqualTo(new Ended(10, 6, Cause.CLOSED));
  }

  @Test
  void letsTheOriginSpeakFirstAndTakesTurns() throws Exception {
    Line line = open();
    for (int i = 0; i < 200; i++) {
      write(line.origin(), "220 ready " + i % 10);
      assertThat(read(line.client(), 11)).isEqualTo("220 ready " + i % 10);
      write(line.client(), "EHLO");
      assertThat(read(line.origin(), 4)).isEqualTo("EHLO");
    }
    line.client().close();
    line.origin().close();
    assertThat(line.end()).isEqualTo(new Ended(800, 2200, Cause.CLOSED));
  }

  @Test
  void writesEarlyBytesFirst() throws Exception {
    byte[] hello = bytes(4, 300_000);
    Line line = open(Setup.plain().early(hello, "banner ".getBytes(US_ASCII)));
    write(line.client(), "later");
    write(line.origin(), "later");
    line.client().shutdownOutput();
    line.origin().shutdownOutput();
    byte[] up = line.origin().getInputStream().readAllBytes();
    assertThat(up).startsWith(hello).hasSize(300_005).endsWith("later".getBytes(US_ASCII));
    assertThat(readAll(line.client())).isEqualTo("banner later");
    assertThat(line.end()).isEqualTo(new Ended(300_005, 12, Cause.CLOSED));
  }

  @Test
  void waitsForWhatNettyHasStillToWrite() throws Exception {
    byte[] backlog = bytes(5, 24 * 1024 * 1024);
    Line line = open(Setup.plain().written(backlog));
    write(line.client(), "up");
    write(line.origin(), "down");
    line.origin().shutdownOutput();
    byte[] got = line.client().getInputStream().readAllBytes();
    assertThat(got.length).isEqualTo(backlog.length + 4);
    assertThat(sha256(java.util.Arrays.copyOf(got, backlog.length))).isEqualTo(sha256(backlog));
    assertThat(new String(got, backlog.length, 4, US_ASCII)).isEqualTo("down");
    assertThat(read(line.origin(), 2)).isEqualTo("up");
    line.client().close();
    assertThat(line.end()).isEqualTo(new Ended(2, 4, Cause.CLOSED));
  }

  @Test
  void endsAlsoBeforeNettyHasWritten() throws Exception {
    Line line = open(Setup.plain().written(bytes(6, 24 * 1024 * 1024)));
    line.tunnel().end();
    assertThat(line.end()).isEqualTo(new Ended(0, 0, Cause.ENDED));
  }

  @Test
  void passesTheClientsResetOn() throws Exception {
    Line line = open();
    write(line.client(), "x");
    read(line.origin(), 1);
    reset(line.client());
    assertThat(line.end()).isEqualTo(new Ended(1, 0, Cause.CLIENT_RESET));
    assertThatThrownBy(() -> line.origin().getInputStream().read())
        .isInstanceOf(SocketException.class);
  }

  @Test
  void passesTheOriginsResetOn() throws Exception {
    Line line = open();
    write(line.origin(), "y");
    read(line.client(), 1);
    reset(line.origin());
    assertThat(line.end()).isEqualTo(new Ended(0, 1, Cause.ORIGIN_RESET));
    assertThatThrownBy(() -> line.client().getInputStream().read())
        .isInstanceOf(SocketException.class);
  }

  @Test
  void endsWhenIdle() throws Exception {
    Line line = open(Setup.plain().idle(Duration.ofMillis(300)));
    write(line.client(), "last words");
    assertThat(read(line.origin(), 10)).isEqualTo("last words");
    assertThat(line.end()).isEqualTo(new Ended(10, 0, Cause.IDLE));
    assertThat(line.client().getInputStream().read()).isEqualTo(-1);
    assertThat(line.origin().getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void endsWhenTold() throws Exception {
    Line line = open();
    write(line.client(), "abc");
    read(line.origin(), 3);
    line.tunnel().end();
    line.tunnel().end();
    assertThat(line.end()).isEqualTo(new Ended(3, 0, Cause.ENDED));
    assertThat(line.origin().getInputStream().read()).isEqualTo(-1);
    line.tunnel().end();
  }

  @Test
  void resetsASideThatWouldMissBytes() throws Exception {
    Line line = open();
    Future<String> sent = send(line.client(), 7, 64 * 1024 * 1024, 0);
    awaitStandstill(line);
    line.tunnel().end();
    assertThat(line.end().cause()).isEqualTo(Cause.ENDED);
    assertThatThrownBy(
            () -> line.origin().getInputStream().transferTo(OutputStream.nullOutputStream()))
        .isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> get(sent)).hasCauseInstanceOf(IOException.class);
  }

  @Test
  void closingEndsEverything() throws Exception {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      lines.add(open());
      write(lines.get(i).client(), "z");
      read(lines.get(i).origin(), 1);
    }
    rig.tunnels.close();
    for (Line line : lines) {
      assertThat(line.end()).isEqualTo(new Ended(1, 0, Cause.ENDED));
      assertThat(line.client().getInputStream().read()).isEqualTo(-1);
    }
    assertThat(open().end()).isEqualTo(new Ended(0, 0, Cause.ENDED));
  }

  @Test
  void fiveHundredIdleTunnelsTakeNoPipeAndStillWork() throws Exception {
    long pipes = TunnelRig.descriptors("pipe:");
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      lines.add(open());
    }
    assertThat(TunnelRig.descriptors("pipe:")).isEqualTo(pipes);
    for (Line line : lines) {
      write(line.client(), "ping");
      assertThat(read(line.origin(), 4)).isEqualTo("ping");
      line.client().close();
      line.origin().close();
    }
    for (Line line : lines) {
      assertThat(line.end()).isEqualTo(new Ended(4, 0, Cause.CLOSED));
    }
  }

  /** Waits until the tunnel has filled every buffer towards a reader that does not read. */
  static void awaitStandstill(Line line) throws InterruptedException {
    long seen = -1;
    while (seen != line.tunnel().bytesUp() || seen == 0) {
      seen = line.tunnel().bytesUp();
      Thread.sleep(300);
    }
  }

  static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(US_ASCII));
  }

  static String read(Socket socket, int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), US_ASCII);
  }

  static String readAll(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), US_ASCII);
  }

  /** Sends so many random bytes in random pieces, then FIN; answers their digest. */
  Future<String> send(Socket socket, int stream, int size, int longestPauseMillis) {
    return threads.submit(() -> {
      SplittableRandom random = new SplittableRandom(SEED + stream);
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      OutputStream out = socket.getOutputStream();
      byte[] piece = new byte[256 * 1024];
      for (int left = size; left > 0; ) {
        int length =
            Math.min(left, longestPauseMillis == 0 ? piece.length : 1 << random.nextInt(18));
        random.nextBytes(piece);
        digest.update(piece, 0, length);
        out.write(piece, 0, length);
        left -= length;
        pause(random, longestPauseMillis);
      }
      socket.shutdownOutput();
      return HexFormat.of().formatHex(digest.digest());
    });
  }

  /** Reads to the end in random pieces; answers the digest. */
  Future<String> receive(Socket socket, int longestPauseMillis) {
    return threads.submit(() -> {
      SplittableRandom random = new SplittableRandom(SEED);
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      InputStream in = socket.getInputStream();
      byte[] piece = new byte[128 * 1024];
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        digest.update(piece, 0, n);
        pause(random, longestPauseMillis);
      }
      return HexFormat.of().formatHex(digest.digest());
    });
  }

  private static void pause(SplittableRandom random, int longestMillis)
      throws InterruptedException {
    if (longestMillis > 0 && random.nextInt(4) == 0) {
      Thread.sleep(random.nextInt(longestMillis));
    }
  }

  static byte[] bytes(int stream, int size) {
    byte[] made = new byte[size];
    new SplittableRandom(SEED + stream).nextBytes(made);
    return made;
  }

  static String sha256(byte[] data) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
  }

  static <T> T get(Future<T> future) throws Exception {
    return future.get(60, TimeUnit.SECONDS);
  }

  <T> Future<T> submit(Callable<T> work) {
    return threads.submit(work);
  }
}
