package dev.sekisho.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process that appends under load, again and again, in the same folder. {@code
 * -Dsekisho.soak} makes it a hundred times.
 */
class KillTest {
  private static final int KILLS = System.getProperty("sekisho.soak") == null ? 5 : 100;

  @TempDir Path temp;

  @Test
  void everyAppendThatReturnedIsThereOnceAfterKillsAndNoneIsTorn() throws Exception {
    long seed = 20261124;
    Random random = new Random(seed);
    Path folder = temp.resolve("journal");
    Map<String, Long> acknowledged = new HashMap<>();
    for (int kill = 0; kill < KILLS; kill++) {
      Path acknowledgements = temp.resolve("acknowledged");
      Files.write(acknowledgements, new byte[WriterProcess.ACKNOWLEDGED]);
      String run = "run" + kill;
      Process writer = start(folder, acknowledgements, run);
      long appendedBefore = 100 + random.nextInt(5_000);
      awaitAppends(writer, acknowledgements, appendedBefore);
      writer.destroyForcibly().waitFor();
      ByteBuffer counts =
          ByteBuffer.wrap(Files.readAllBytes(acknowledgements)).order(ByteOrder.nativeOrder());
      for (int loop = 0; loop < WriterProcess.LOOPS; loop++) {
        acknowledged.put(run + "/" + loop + "/opened", counts.getLong(loop * 64));
        acknowledged.put(run + "/" + loop + "/closed", counts.getLong(loop * 64 + 8));
      }
      assertThat(new SegmentCheck(folder).run().damages())
          .as("seed %d, kill %d", seed, kill)
          .allSatisfy(damage -> assertThat(damage.kind()).isEqualTo(Damage.Kind.TORN));
    }
    SegmentJournal.open(Samples.small(), folder).close();
    SegmentJournal.open(Samples.small(), folder).close();
    verify(folder, acknowledged);
  }

  private static void verify(Path folder, Map<String, Long> acknowledged) throws IOException {
    Map<String, Integer> opened = new HashMap<>();
    Map<String, Integer> ended = new HashMap<>();
    Map<String, String> states = new HashMap<>();
    Map<String, Long> written = new HashMap<>();
    Entries.forEach(
        folder,
        entry -> {
          String name = entry.json().get("device").asString();
          if (entry.type() == SegmentFormat.Type.OPENED) {
            opened.merge(name, 1, Integer::sum);
            written.merge(name.substring(0, name.lastIndexOf('/') + 1), 1L, Long::sum);
          } else {
            ended.merge(name, 1, Integer::sum);
            states.put(name, entry.json().get("state").asString());
          }
        });
    assertThat(opened.values()).containsOnly(1);
    assertThat(ended.values()).containsOnly(1);
    assertThat(ended.keySet().equals(opened.keySet()))
        .as("every opened record has an end")
        .isTrue();
    acknowledged.forEach((name, count) -> {
      String prefix = name.substring(0, name.lastIndexOf('/') + 1);
      if (name.endsWith("opened")) {
        // at most one append was on its way when the process died
        assertThat(written.getOrDefault(prefix, 0L)).as(name).isBetween(count, count + 1);
        return;
      }
      for (long i = 1; i <= count; i++) {
        if (!"closed".equals(states.get(prefix + i))) {
          fail(prefix + i + " was closed, but the journal says " + states.get(prefix + i));
        }
      }
    });
    assertThat(states.values()).contains("interrupted");
  }

  private static void awaitAppends(Process writer, Path acknowledgements, long count)
      throws IOException, InterruptedException {
    while (ByteBuffer.wrap(Files.readAllBytes(acknowledgements))
            .order(ByteOrder.nativeOrder())
            .getLong(0)
        < count) {
      assertThat(writer.isAlive()).isTrue();
      Thread.sleep(1);
    }
  }

  private Process start(Path folder, Path acknowledgements, String run) throws IOException {
    List<String> command =
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            WriterProcess.class.getName(),
            folder.toString(),
            acknowledgements.toString(),
            run);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(temp.resolve("writer.log").toFile())
        .start();
  }
}
