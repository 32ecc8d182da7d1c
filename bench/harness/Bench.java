package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;

/**
 * {@code make bench}: measures every row, or those named by ROWS, and writes the results. See
 * README.md beside this folder.
 */
final class Bench {
  private Bench() {}

  public static void main(String[] args) throws Exception {
    Path repository = Path.of(args[0]).toAbsolutePath().normalize();
    Pace pace = System.getenv("QUICK") == null ? Pace.FULL : Pace.QUICK;
    int status = 1;
    try (Testbed bed = Testbed.open(repository)) {
      Report report = new Report(bed);
      Path listed = ListedNames.writeTo(bed.folder.resolve("listed.txt"));
      List<Row> rows =
          List.of(
              new PlainRow(listed),
              new InspectedRow(listed),
              new BumpRow(listed),
              new MintRow(listed),
              new PageRow(listed),
              new TunnelRow(listed),
              new IdleRow(listed),
              new StartRow(listed),
              new ScanRow(),
              new DecisionRow(),
              new JournalRow());
      List<Row> chosen = choose(rows);
      String head = Machine.describe(bed, pace, listed);
      System.out.println(head);
      try (Origins origins = new Origins(bed)) {
        build(bed, origins, listed);
        status = 0;
        for (Row row : chosen) {
          status |= measure(row, bed, origins, pace, report);
        }
      }
      write(repository, report.markdown(head), chosen.size() == rows.size() ? pace : Pace.QUICK);
    } catch (IllegalArgumentException e) {
      System.err.println("bench: " + e.getMessage());
    }
    System.exit(status);
  }

  /** The peers are worth measuring even where Sekisho does not come up; its rows then say so. */
  private static void build(Testbed bed, Origins origins, Path listed) throws InterruptedException {
    try {
      Sekisho.build(bed, origins, listed);
    } catch (IOException e) {
      System.err.println("bench: Sekisho cannot be measured: " + e.getMessage());
    }
  }

  /** A row that fails is in the results as such, and the rows after it are still measured. */
  private static int measure(Row row, Testbed bed, Origins origins, Pace pace, Report report)
      throws InterruptedException {
    try {
      row.measure(bed, origins, pace, report);
      return 0;
    } catch (IOException | ExecutionException e) {
      report.failed(row, e);
      return 1;
    }
  }

  private static List<Row> choose(List<Row> rows) {
    List<String> keys = rows.stream().map(Row::key).toList();
    Set<String> wanted =
        new TreeSet<>(List.of(System.getenv().getOrDefault("ROWS", "").split("[,\\s]+")));
    wanted.remove("");
    if (wanted.isEmpty()) {
      return rows;
    }
    if (!keys.containsAll(wanted)) {
      throw new IllegalArgumentException(
          "ROWS names " + String.join(", ", wanted) + "; there are " + String.join(", ", keys));
    }
    return rows.stream().filter(row -> wanted.contains(row.key())).toList();
  }

  /**
   * The kept results are those of a full run; anything less is for the eye, unless OUT names a
   * file.
   */
  private static void write(Path repository, String text, Pace pace) throws Exception {
    String out = System.getenv("OUT");
    if (out != null) {
      Files.writeString(Path.of(out), text);
    } else if (pace.equals(Pace.FULL)) {
      Files.writeString(repository.resolve("bench/RESULTS.md"), text);
      System.out.println("\nwritten: bench/RESULTS.md");
    } else {
      System.out.println(
          "\nnot a full run: bench/RESULTS.md is left as it was (OUT=FILE writes elsewhere), "
              + LocalDate.now(ZoneOffset.UTC));
    }
  }
}
