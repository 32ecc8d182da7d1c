package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs the gateway's own JMH benchmarks, which stand in its test tree because they look inside
 * packages.
 */
final class Jmh {
  /**
   * One line of JMH's results: {@code name} is class, method and, for secondary results, what they
   * are ({@code DecisionBenchmark.decide:gc.alloc.rate.norm rules=10000}).
   */
  record Result(String name, double score, double error, String unit) {
    String text() {
      return "%s: %s +- %s %s"
          .formatted(name, Interval.number(score), Interval.number(error), unit);
    }

    /** In microseconds, with the 99.9 per cent interval that JMH gives. */
    Interval micros(int samples) {
      double factor = NANOS.getOrDefault(unit.replace("/op", ""), Double.NaN) / 1000;
      return new Interval(
          score * factor, (score - error) * factor, (score + error) * factor, 0.999, samples);
    }
  }

  private static final Map<String, Double> NANOS =
      Map.of("ns", 1.0, "us", 1e3, "ms", 1e6, "s", 1e9);

  private Jmh() {}

  static List<Result> run(Testbed bed, String benchmark, String options)
      throws IOException, InterruptedException {
    Path results = bed.folder.resolve(benchmark + ".csv");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + bed.repository.resolve("deploy/jvm.options"),
                "-cp",
                classPath(bed),
                "org.openjdk.jmh.Main",
                "\\." + benchmark + "\\.",
                "-rf",
                "csv",
                "-rff",
                results.toString(),
                "-prof",
                "gc"));
    command.addAll(List.of(options.split(" ")));
    String output = bed.run(Testbed.Core.BOTH, Account.OURS, command);
    if (!Files.exists(results)) {
      throw new IOException("no results of " + benchmark + "\n" + output.strip());
    }
    List<String> lines = Files.readAllLines(results);
    return lines.stream().skip(1).map(line -> parse(lines.getFirst(), line)).toList();
  }

  /**
   * {@code "name","mode",threads,samples,score,error,"unit",parameters...}, with the parameters'
   * names in the header as {@code "Param: rules"}; an error is NaN where there are too few samples
   * for one.
   */
  private static Result parse(String header, String line) {
    String[] titles = header.replace("\"", "").split(",");
    String[] fields = line.replace("\"", "").split(",");
    StringBuilder name = new StringBuilder(fields[0].replaceFirst("^([a-z0-9_]+\\.)+", ""));
    for (int i = 7; i < fields.length; i++) {
      name.append(' ').append(titles[i].replace("Param: ", "")).append('=').append(fields[i]);
    }
    double error = Double.parseDouble(fields[5]);
    return new Result(
        name.toString(),
        Double.parseDouble(fields[4]),
        Double.isNaN(error) ? 0 : error,
        fields[6].toLowerCase(Locale.ROOT));
  }

  /** Compiles the test tree and asks Maven for its class path, once in a run. */
  private static String classPath(Testbed bed) throws IOException, InterruptedException {
    Path file = bed.folder.resolve("test.classpath");
    if (!Files.exists(file)) {
      bed.run(
          Testbed.Core.BOTH,
          Account.OURS,
          List.of(
              "env",
              "JAVA_HOME=" + System.getProperty("java.home"),
              "mvn",
              "-q",
              "-B",
              "-pl",
              "gateway",
              "test-compile",
              "dependency:build-classpath",
              "-Dmdep.includeScope=test",
              "-Dmdep.outputFile=" + file));
    }
    Path target = bed.repository.resolve("gateway/target");
    return target.resolve("test-classes")
        + ":"
        + target.resolve("classes")
        + ":"
        + Files.readString(file).strip();
  }
}
