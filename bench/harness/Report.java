package harness;

import java.util.ArrayList;
import java.util.List;

/**
 * What the rows found, in the order they found it; told on the terminal at once and written as
 * Markdown at the end.
 */
final class Report {
  private record Line(String figure, String bar, String measured, Bar.Outcome outcome) {}

  private final Testbed bed;
  private final List<Line> lines = new ArrayList<>();
  private final StringBuilder raw = new StringBuilder();

  Report(Testbed bed) {
    this.bed = bed;
  }

  void section(String title) {
    raw.append("\n### ").append(title).append("\n\n");
    System.out.println("\n== " + title);
  }

  /**
   * One line of raw figures, or a remark on how they came about. The results are kept, so they name
   * no folder of this machine.
   */
  void note(String text) {
    String portable =
        text.strip().replace(bed.folder.toString(), "TEMPORARY").replace(bed.repository + "/", "");
    raw.append("- ").append(portable.replace("\n", "\n  ")).append('\n');
    System.out.println("   " + portable.replace("\n", "\n   "));
  }

  void judged(String figure, Bar bar, Interval measured, String unit) {
    line(new Line(figure, bar.text(), measured.text(unit), bar.judge(measured)));
  }

  void compared(String figure, Interval measured, String unit) {
    line(new Line(figure, "", measured.text(unit), Bar.Outcome.FOR_COMPARISON));
  }

  void missing(String figure, Bar bar, String why) {
    line(
        new Line(
            figure,
            bar.text(),
            why.lines().findFirst().orElse("?").replace("|", "/"),
            Bar.Outcome.NOT_MEASURED));
  }

  /** What a peer did not do. */
  void notCompared(String figure, Exception why) {
    String text = why.getMessage().lines().findFirst().orElse("?").replace("|", "/");
    line(new Line(figure, "", text, Bar.Outcome.NOT_MEASURED));
  }

  void failed(Row row, Exception why) {
    note("failed: " + why.getMessage());
    line(new Line("row " + row.key(), "", "failed, see its raw figures", Bar.Outcome.NOT_MEASURED));
  }

  private void line(Line line) {
    lines.add(line);
    System.out.printf(
        "   -> %s: %s%s: %s%n",
        line.figure,
        line.measured,
        line.bar.isEmpty() ? "" : " (bar: " + line.bar + ")",
        line.outcome.text);
  }

  String markdown(String head) {
    StringBuilder text = new StringBuilder(head);
    text.append(
        "\n| figure | bar, first landing | measured, median [interval] | |\n|---|---|---|---|\n");
    for (Line line : lines) {
      text.append(
          "| %s | %s | %s | %s |\n"
              .formatted(line.figure, line.bar, line.measured, line.outcome.text));
    }
    return text + "\n## Raw figures\n" + raw;
  }
}
