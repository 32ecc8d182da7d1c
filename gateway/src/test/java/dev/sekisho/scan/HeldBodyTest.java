package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeldBodyTest {
  private static final SpoolConfig SMALL = new SpoolConfig(4 << 10, 64 << 10, 8 << 20);

  @TempDir private Path folder;

  private final Random random = new Random(5);

  private Spool spool(SpoolConfig config) throws IOException {
    return spool(config, Spool.Digests.AS_THEY_COME);
  }

  private Spool spool(SpoolConfig config, Spool.Digests digests) throws IOException {
    return Spool.open(config, folder.resolve("spool"), digests);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Adds in pieces of random size, as fast as the body says it can take them. */
  private HeldBody.Room fill(HeldBody body, byte[] bytes) throws InterruptedException {
    HeldBody.Room room = HeldBody.Room.ROOM;
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(bytes.length - at, 1 + random.nextInt(40_000));
      room = body.add(ByteBuffer.wrap(bytes, at, length));
      at += length;
      if (room == HeldBody.Room.BEHIND) {
        CountDownLatch caughtUp = new CountDownLatch(1);
        body.whenCaughtUp(Runnable::run, caughtUp::countDown);
        caughtUp.await();
      }
    }
    body.end();
    return room;
  }

  private static byte[] all(HeldBody body) throws IOException {
    try (InputStream in = body.open()) {
      return in.readAllBytes();
    }
  }

  /** Reads as an event loop does: each thing that has to be waited for comes back as an event. */
  private static byte[] viaReader(HeldBody body, long from, long to, int most) throws Exception {
    byte[] read = viaReader(body, from, to, most, (_, _) -> {});
    assertThat(viaReader(body, from, to, most, HeldReader::hurry)).as("in a hurry").isEqualTo(read);
    return read;
  }

  private interface Pace {
    void set(HeldReader reader, Executor loop);
  }

  private static byte[] viaReader(HeldBody body, long from, long to, int most, Pace pace)
      throws Exception {
    var events = new LinkedBlockingQueue<Runnable>();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    HeldReader reader = body.reader(from, to);
    pace.set(reader, events::add);
    try {
      while (!reader.atEnd()) {
        for (Runnable event = events.poll(); event != null; event = events.poll()) {
          event.run();
        }
        ByteBuffer piece = reader.next(most);
        if (piece == null) {
          reader.fetch(events::add, () -> {});
          events.take().run();
        } else {
          byte[] bytes = new byte[piece.remaining()];
          piece.get(bytes);
          out.write(bytes);
        }
      }
    } finally {
      reader.close();
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1023, 4095, 4096, 4097, 70_000, 3_000_000})
  void givesBackWhatWasAddedHoweverItIsRead(int length) throws Exception {
    byte[] bytes = bytes(length);
    try (Spool spool = spool(SMALL)) {
      HeldBody body = spool.begin();
      fill(body, bytes);
      assertThat(body.length()).isEqualTo(length);
      assertThat(all(body)).isEqualTo(bytes);
      assertThat(viaReader(body, 0, length, 10_000)).isEqualTo(bytes);
      assertThat(body.sha256()).isEqualTo(Sha256.begin().digest(bytes));
      assertThat(body.sha256()).as("again").isEqualTo(Sha256.begin().digest(bytes));
      body.release();
    }
    try (Spool spool = spool(SMALL, Spool.Digests.WHEN_ASKED_FOR)) {
      HeldBody body = spool.begin();
      fill(body, bytes);
      assertThat(body.sha256()).isEqualTo(Sha256.begin().digest(bytes));
      body.release();
    }
  }

  @Test
  void theDigestOfALargeBodyCostsNoSecondReading() throws Exception {
    byte[] bytes = bytes(1_000_000);
    for (Spool.Digests digests : Spool.Digests.values()) {
      Spool spool = spool(SMALL, digests);
      HeldBody body = spool.begin();
      fill(body, bytes);
      assertThat(all(body)).as("all of it has landed").isEqualTo(bytes);
      // From here on no file is read.
      spool.close();
      switch (digests) {
        case AS_THEY_COME -> assertThat(body.sha256()).isEqualTo(Sha256.begin().digest(bytes));
        case WHEN_ASKED_FOR -> assertThatThrownBy(body::sha256).isInstanceOf(IOException.class);
      }
      body.release();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {10, 64 << 10})
  void whatFoundNoRoomOnDiskIsReadAndDigestedBehindTheRest(long disk) throws Exception {
    byte[] bytes = bytes((4 << 10) + (64 << 10) + 100);
    try (Spool spool = spool(new SpoolConfig(4 << 10, 64 << 10, disk))) {
      HeldBody body = spool.begin();
      fill(body, bytes);
      assertThat(all(body)).isEqualTo(bytes);
      assertThat(viaReader(body, 0, bytes.length, 10)).isEqualTo(bytes);
      assertThat(body.sha256()).isEqualTo(Sha256.begin().digest(bytes));
      body.release();
    }
  }

  @Test
  void anyPartCanBeReadAlone() throws Exception {
    byte[] bytes = bytes(500_000);
    try (Spool spool = spool(SMALL)) {
      HeldBody body = spool.begin();
      fill(body, bytes);
      for (int i = 0; i < 50; i++) {
        int from = random.nextInt(bytes.length);
        int to = from + random.nextInt(bytes.length - from + 1);
        assertThat(viaReader(body, from, to, 1 + random.nextInt(70_000)))
            .isEqualTo(Arrays.copyOfRange(bytes, from, to));
      }
      body.release();
    }
  }

  @Test
  void littleStaysInMemoryAndTheRestCountsAgainstTheDisk() throws Exception {
    try (Spool spool = spool(SMALL)) {
      HeldBody body = spool.begin();
      fill(body, bytes(1_000_000));
      assertThat(spool.inMemory()).isBetween(4096L, 5000L);
      assertThat(spool.onDisk()).isEqualTo(1_000_000 - 4096);
      body.retain();
      body.release();
      assertThat(spool.onDisk()).isPositive();
      body.release();
      assertThat(spool.inMemory()).isZero();
      awaitEmptyDisk(spool);
    }
  }

  /** The writer may be about to notice. */
  private static void awaitEmptyDisk(Spool spool) throws InterruptedException {
    while (spool.onDisk() > 0) {
      Thread.sleep(1);
    }
  }

  @Test
  void whereMemoryIsFullABodyGoesToItsFileAtOnce() throws Exception {
    try (Spool spool = spool(new SpoolConfig(4 << 10, 5 << 10, 8 << 20))) {
      HeldBody first = spool.begin();
      fill(first, bytes(4096));
      HeldBody second = spool.begin();
      byte[] bytes = bytes(3000);
      fill(second, bytes);
      assertThat(spool.onDisk()).isEqualTo(3000);
      assertThat(all(second)).isEqualTo(bytes);
      first.release();
      second.release();
    }
  }

  @Test
  void whereTheDiskIsFullTooItSaysSoAndLosesNothing() throws Exception {
    try (Spool spool = spool(new SpoolConfig(4 << 10, 64 << 10, 256 << 10))) {
      byte[] bytes = bytes(400_000);
      HeldBody body = spool.begin();
      HeldBody.Room room = HeldBody.Room.ROOM;
      int at = 0;
      while (room != HeldBody.Room.FULL) {
        int length = Math.min(bytes.length - at, 10_000);
        room = body.add(ByteBuffer.wrap(bytes, at, length));
        at += length;
      }
      body.end();
      assertThat(body.length()).isEqualTo(at);
      assertThat(all(body)).isEqualTo(Arrays.copyOf(bytes, at));
      assertThat(viaReader(body, 0, at, 7000)).isEqualTo(Arrays.copyOf(bytes, at));
      assertThat(spool.onDisk()).isLessThanOrEqualTo(256 << 10);
      body.release();
      awaitEmptyDisk(spool);
    }
  }

  @Test
  void filesHaveNoNamesAndTheFolderIsOursAlone() throws Exception {
    try (Spool spool = spool(SMALL)) {
      HeldBody body = spool.begin();
      fill(body, bytes(1_000_000));
      all(body);
      try (var files = Files.list(folder.resolve("spool"))) {
        assertThat(files).isEmpty();
      }
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("spool"))))
          .isEqualTo("rwx------");
      body.release();
    }
  }

  @Test
  void whatAnEarlierProcessLeftIsSweptAtStart() throws Exception {
    Path left = Files.createDirectories(folder.resolve("spool")).resolve("body-7");
    Files.write(left, new byte[] {1});
    spool(SMALL).close();
    assertThat(left).doesNotExist();
  }

  @Test
  void anInterruptedReaderTakesTheFileFromNobody() throws Exception {
    byte[] bytes = bytes(2_000_000);
    try (Spool spool = spool(SMALL)) {
      HeldBody body = spool.begin();
      fill(body, bytes);
      Thread reader =
          Thread.ofVirtual()
              .start(() -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> all(body)).isInstanceOf(IOException.class);
              });
      reader.join();
      assertThat(all(body)).isEqualTo(bytes);
      body.release();
    }
  }

  @Test
  void aBodyThatCannotBeWrittenIsNeverShorterThanItWas() throws Exception {
    Spool spool = spool(SMALL);
    Files.delete(folder.resolve("spool"));
    HeldBody body = spool.begin();
    fill(body, bytes(200_000));
    assertThatThrownBy(() -> all(body))
        .isInstanceOf(FaultException.class)
        .hasMessageContaining("The spool cannot be written");
    body.release();
    awaitEmptyDisk(spool);
    spool.close();
  }

  @Test
  void manyBodiesAtOnceKeepApart() throws Exception {
    try (Spool spool = spool(new SpoolConfig(4 << 10, 1 << 20, 64 << 20));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> same = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        byte[] bytes = bytes(300_000 + i);
        same.add(threads.submit(() -> comesBack(spool, bytes)));
      }
      for (Future<Boolean> one : same) {
        assertThat(one.get()).isTrue();
      }
      assertThat(spool.inMemory()).isZero();
      awaitEmptyDisk(spool);
    }
  }

  private boolean comesBack(Spool spool, byte[] bytes) throws Exception {
    HeldBody body = spool.begin();
    fill(body, bytes);
    boolean same = Arrays.equals(all(body), bytes);
    body.release();
    return same;
  }

  @Test
  void whoAsksWhileSomethingIsFetchedIsCalledInsteadOfTheFirst() throws Exception {
    try (Spool spool = spool(SMALL)) {
      HeldBody body = spool.begin();
      fill(body, bytes(100_000));
      var events = new LinkedBlockingQueue<Runnable>();
      List<String> called = new ArrayList<>();
      HeldReader reader = body.reader(50_000, 100_000);
      reader.fetch(events::add, () -> called.add("first"));
      reader.fetch(events::add, () -> called.add("second"));
      events.take().run();
      assertThat(called).containsExactly("second");
      reader.close();
      body.release();
    }
  }

  @Test
  void whatWasLetGoIsNotHeldAgain() throws Exception {
    try (Spool spool = spool(SMALL)) {
      HeldBody body = spool.begin();
      assertThat(body.retainIfHeld()).isTrue();
      body.release();
      body.release();
      assertThat(body.retainIfHeld()).isFalse();
    }
  }

  /** Many at once, each in arrays that another one had before: what is read is what was added. */
  @Test
  void arraysAreUsedAgainAndNoBodyHasBytesOfAnother() throws Exception {
    int rounds = 6;
    try (Spool spool = spool(new SpoolConfig(4 << 10, 64 << 10, 64 << 20))) {
      for (int round = 0; round < rounds; round++) {
        List<HeldBody> bodies = new ArrayList<>();
        List<byte[]> contents = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          bodies.add(spool.begin());
          contents.add(bytes(1_500_000 + random.nextInt(100_000)));
        }
        List<Thread> fillers = new ArrayList<>();
        for (int i = 0; i < bodies.size(); i++) {
          HeldBody body = bodies.get(i);
          byte[] content = contents.get(i);
          fillers.add(Thread.ofPlatform().start(() -> filled(body, content)));
        }
        for (Thread filler : fillers) {
          filler.join();
        }
        for (int i = 0; i < bodies.size(); i++) {
          assertThat(all(bodies.get(i))).isEqualTo(contents.get(i));
          assertThat(bodies.get(i).sha256())
              .isEqualTo(MessageDigest.getInstance("SHA-256").digest(contents.get(i)));
          bodies.get(i).release();
        }
      }
      long chunks = rounds * 4 * (1_500_000L / Chunks.SIZE);
      assertThat(spool.chunks().made()).isPositive().isLessThan(chunks / 2);
    }
  }

  private void filled(HeldBody body, byte[] bytes) {
    try {
      fill(body, bytes);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
