package dev.sekisho.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecordIdTest {
  @Test
  void isAUuidOfVersion7ThatTellsItsTime() {
    RecordId id = new RecordIds().next(Samples.START);
    UUID uuid = UUID.fromString(id.toString());
    assertThat(uuid.version()).isEqualTo(7);
    assertThat(uuid.variant()).isEqualTo(2);
    assertThat(id.millis()).isEqualTo(Samples.START / 1000);
    assertThat(RecordId.parse(id.toString())).isEqualTo(id);
  }

  @Test
  void writesThirtySixLowerCaseCharacters() {
    assertThat(new RecordId(0x0193_0000_ABCD_7001L, 0x8000_0000_0000_00FFL))
        .hasToString("01930000-abcd-7001-8000-0000000000ff");
  }

  @Test
  void refusesWhatIsNoId() {
    for (String text :
        List.of(
            "",
            "01930000-abcd-7001-8000-0000000000f",
            "01930000-abcd-7001-8000-0000000000fg",
            "01930000+abcd-7001-8000-0000000000ff",
            "01930000-abcd-7001-80000-000000000ff")) {
      assertThat(RecordId.parse(text)).as(text).isNull();
    }
  }

  @Test
  void risesWithinOneMicrosecondAndWhenTheClockGoesBack() {
    RecordIds ids = new RecordIds();
    List<RecordId> made = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      made.add(ids.next(Samples.START));
    }
    made.add(ids.next(Samples.START - 5_000_000));
    made.add(ids.next(Samples.START + 5_000_000));
    for (int i = 1; i < made.size(); i++) {
      assertThat(made.get(i)).isGreaterThan(made.get(i - 1));
      assertThat(made.get(i).toString()).isGreaterThan(made.get(i - 1).toString());
    }
  }

  @Test
  void neverRepeatsAcrossEventLoops() throws InterruptedException {
    RecordIds ids = new RecordIds();
    List<List<RecordId>> made = new ArrayList<>();
    List<Thread> loops = new ArrayList<>();
    for (int loop = 0; loop < 4; loop++) {
      List<RecordId> mine = new ArrayList<>();
      made.add(mine);
      loops.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 20_000; i++) {
                  mine.add(ids.next(Samples.START));
                }
              }));
    }
    for (Thread loop : loops) {
      loop.join();
    }
    Set<Long> times = new HashSet<>();
    for (List<RecordId> mine : made) {
      assertThat(mine).isSorted();
      mine.forEach(id -> times.add(id.high()));
    }
    assertThat(times).hasSize(80_000);
  }
}
