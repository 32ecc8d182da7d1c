package dev.sekisho.journal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is damaged in a segment is named with its place, and everything before and after it is read.
 */
class DamageTest {
  private static final int RECORDS = 10;

  @TempDir Path temp;

  private final List<Integer> offsets = new ArrayList<>();
  private Path file;
  private byte[] whole;

  @BeforeEach
  void writeTenRecords() throws IOException {
    try (SegmentJournal journal =
        SegmentJournal.open(Samples.config(1 << 20, new JournalConfig.Sync.Never()), temp)) {
      Journal.Appender appender = journal.appender();
      for (int i = 0; i < RECORDS; i++) {
        Record record = Samples.finish(Samples.get());
        record.status = 200 + i;
        appender.closed(record);
      }
    }
    file = SegmentFolder.files(temp).getFirst();
    whole = Files.readAllBytes(file);
    try (SegmentReader reader =
        new SegmentReader(
            file, requireNonNull(SegmentFolder.header(file)), SegmentReader.Extent.WHOLE)) {
      while (reader.next() instanceof SegmentReader.Item.Entry entry) {
        offsets.add((int) entry.offset());
      }
    }
    offsets.add(whole.length);
    assertThat(offsets).hasSize(RECORDS + 1);
  }

  /** As the file of a process that died: not finished, zeroes after the last entry. */
  private byte[] unfinished() {
    byte[] bytes = Arrays.copyOf(whole, 1 << 16);
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(SegmentFormat.USED_AT, 0)
        .putLong(SegmentFormat.FINISHED_AT, 0);
    return bytes;
  }

  private void check(byte[] bytes, List<Integer> readable, Damage.Kind kind, int offset)
      throws IOException {
    Files.write(file, bytes);
    Entries entries = Entries.read(temp);
    assertThat(entries.all())
        .extracting(e -> e.json().get("status").asInt() - 200)
        .isEqualTo(readable);
    assertThat(new SegmentCheck(temp).run().damages()).isEqualTo(entries.damages());
    assertThat(entries.damages()).hasSize(1);
    assertThat(entries.damages().getFirst().kind()).isEqualTo(kind);
    assertThat(entries.damages().getFirst().offset()).isEqualTo(offset);
    assertThat(entries.damages().getFirst().toString())
        .contains(file.toString(), "at byte " + offset);
  }

  private static List<Integer> all(int... without) {
    List<Integer> result = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      int number = i;
      if (Arrays.stream(without).noneMatch(w -> w == number)) {
        result.add(i);
      }
    }
    return result;
  }

  private static byte[] change(byte[] bytes, UnaryOperator<ByteBuffer> change) {
    byte[] copy = bytes.clone();
    var _ = change.apply(ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN));
    return copy;
  }

  @Test
  void findsOneFlippedBitWhereverItIs() throws IOException {
    for (int in : List.of(0, 4, 5, 8, 12, 13, 16, 40, 200)) {
      int at = offsets.get(4) + in;
      check(
          change(whole, b -> b.put(at, (byte) (b.get(at) ^ 4))),
          all(4),
          Damage.Kind.CORRUPT,
          offsets.get(4));
      check(
          change(unfinished(), b -> b.put(at, (byte) (b.get(at) ^ 4))),
          all(4),
          Damage.Kind.CORRUPT,
          offsets.get(4));
    }
  }

  @Test
  void findsAWildLength() throws IOException {
    for (int length : List.of(-1, Integer.MAX_VALUE, SegmentFormat.MOST_ENTRY, 1)) {
      check(
          change(whole, b -> b.putInt(offsets.get(3) + 4, length)),
          all(3),
          Damage.Kind.CORRUPT,
          offsets.get(3));
    }
  }

  @Test
  void findsEntriesThatWereZeroed() throws IOException {
    check(
        change(whole, b -> b.put(offsets.get(2), new byte[offsets.get(5) - offsets.get(2)])),
        all(2, 3, 4),
        Damage.Kind.MISSING,
        offsets.get(2));
    check(
        change(unfinished(), b -> b.put(offsets.get(2), new byte[offsets.get(5) - offsets.get(2)])),
        all(2, 3, 4),
        Damage.Kind.MISSING,
        offsets.get(2));
  }

  @Test
  void findsARecordThatWasCutOut() throws IOException {
    byte[] cut = new byte[whole.length];
    int hole = offsets.get(7) - offsets.get(6);
    System.arraycopy(whole, 0, cut, 0, offsets.get(6));
    System.arraycopy(whole, offsets.get(7), cut, offsets.get(6), whole.length - offsets.get(7));
    byte[] shorter = Arrays.copyOf(cut, whole.length - hole);
    ByteBuffer.wrap(shorter)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(SegmentFormat.USED_AT, shorter.length);
    check(shorter, all(6), Damage.Kind.MISSING, offsets.get(6));
  }

  @Test
  void findsTwoRecordsThatWereSwapped() throws IOException {
    byte[] swapped = whole.clone();
    byte[] fifth = Arrays.copyOfRange(whole, offsets.get(4), offsets.get(5));
    byte[] sixth = Arrays.copyOfRange(whole, offsets.get(5), offsets.get(6));
    System.arraycopy(sixth, 0, swapped, offsets.get(4), sixth.length);
    System.arraycopy(fifth, 0, swapped, offsets.get(4) + sixth.length, fifth.length);
    Files.write(file, swapped);
    assertThat(new SegmentCheck(temp).run().damages())
        .isNotEmpty()
        .allSatisfy(damage ->
            assertThat(damage.offset()).isBetween((long) offsets.get(4), (long) offsets.get(6)));
  }

  @Test
  void takesATornTailForWhatItIs() throws IOException {
    byte[] torn = unfinished();
    Arrays.fill(torn, offsets.get(9) + 100, torn.length, (byte) 0);
    check(torn, all(9), Damage.Kind.TORN, offsets.get(9));
  }

  @Test
  void takesATruncatedFinishedSegmentForDamaged() throws IOException {
    check(
        Arrays.copyOf(whole, offsets.get(8) + 20), all(8, 9), Damage.Kind.CORRUPT, offsets.get(8));
  }

  @Test
  void stopsAtZeroesWithoutComplaint() throws IOException {
    Files.write(file, unfinished());
    assertThat(Entries.read(temp).damages()).isEmpty();
    assertThat(Entries.read(temp).all()).hasSize(RECORDS);
  }

  @Test
  void namesDamageThatAReaderFindsOnlyWhenTheLoopHasGoneOn() throws IOException {
    Path next = file.resolveSibling("next.segment");
    Files.write(next, whole);
    byte[] nine = unfinished();
    Arrays.fill(nine, offsets.get(9), nine.length, (byte) 0);
    Files.write(file, nine);
    List<Damage> damages = new ArrayList<>();
    try (LoopChain chain = new LoopChain(damages::add)) {
      chain.add(new SegmentFolder.Found(file, requireNonNull(SegmentFolder.header(file))));
      for (int i = 0; i < 9; i++) {
        assertThat(chain.next()).isNotNull();
      }
      assertThat(chain.next()).isNull();
      int at = offsets.get(9) + 40;
      Files.write(file, change(whole, b -> b.put(at, (byte) (b.get(at) ^ 4))));
      chain.add(new SegmentFolder.Found(next, requireNonNull(SegmentFolder.header(next))));
      for (int i = 0; i < RECORDS; i++) {
        assertThat(chain.next()).isNotNull();
      }
      assertThat(chain.next()).isNull();
    }
    assertThat(damages).extracting(Damage::offset).containsExactly((long) offsets.get(9));
  }

  @Test
  void takesAFileWithoutAHeaderForNoSegment() throws IOException {
    for (int at : List.of(0, 8, 12, 16, 24)) {
      Files.write(file, change(whole, b -> b.put(at, (byte) (b.get(at) + 1))));
      assertThat(new SegmentCheck(temp).run().damages())
          .extracting(Damage::kind)
          .containsExactly(Damage.Kind.NO_SEGMENT);
    }
    Files.write(file, new byte[0]);
    assertThat(new SegmentCheck(temp).run().damages())
        .extracting(Damage::kind)
        .containsExactly(Damage.Kind.NO_SEGMENT);
  }

  @Test
  void countsWhatIsWhole() throws IOException {
    assertThat(new SegmentCheck(temp).run())
        .isEqualTo(new SegmentCheck.Result(1, RECORDS, List.of()));
  }
}
