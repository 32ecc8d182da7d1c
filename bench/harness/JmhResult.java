package harness;

import java.util.Locale;

/**
 * One line of JMH's results: {@code name} is class, method and, for secondary results, what they
 * are, then the parameters ({@code DecisionBenchmark.decide:gc.alloc.rate.norm rules=10000}).
 *
 * @param error half of the 99.9 per cent interval; NaN where there were too few samples for one
 */
record JmhResult(String name, double score, double error, int samples, String unit) {
  /**
   * @param line {@code "name","mode",threads,samples,score,error,"unit",parameters...}
   * @param header its titles, a parameter's being {@code "Param: rules"}
   */
  static JmhResult parse(String header, String line) {
    String[] titles = header.replace("\"", "").split(",");
    String[] fields = line.replace("\"", "").split(",");
    StringBuilder name = new StringBuilder(fields[0].replaceFirst("^([a-z0-9_]+\\.)+", ""));
    for (int i = 7; i < fields.length; i++) {
      name.append(' ').append(titles[i].replace("Param: ", "")).append('=').append(fields[i]);
    }
    return new JmhResult(
        name.toString(),
        Double.parseDouble(fields[4]),
        Double.parseDouble(fields[5]),
        Integer.parseInt(fields[3]),
        fields[6].toLowerCase(Locale.ROOT));
  }

  Interval interval() {
    boolean known = !Double.isNaN(error);
    double half = known ? error : 0;
    return new Interval(score, score - half, score + half, known ? 0.999 : 0, samples);
  }

  String text() {
    return "%s: %s".formatted(name, interval().text(unit));
  }
}
