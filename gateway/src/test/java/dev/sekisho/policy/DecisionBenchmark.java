package dev.sekisho.policy;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** One decision with ten thousand rules and ten million listed names, and what it allocates. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx2g"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class DecisionBenchmark {
  private static final int CATEGORIES = 50;
  private static final int REQUESTS = 4096;

  @Param({"10000"})
  int rules;

  @Param({"10000000"})
  int names;

  private Path folder = Path.of(".");
  private Policy policy = PolicyFixture.policy("{}");
  private Facts[] requests = {};
  private int next;

  public static void main(String[] args) throws RunnerException {
    new Runner(
            new OptionsBuilder()
                .include(DecisionBenchmark.class.getSimpleName())
                .addProfiler(GCProfiler.class)
                .build())
        .run();
  }

  @Setup(Level.Trial)
  public void prepare() throws IOException {
    folder = Files.createTempDirectory("sekisho-bench");
    Random random = new Random(7);
    for (int category = 0; category < CATEGORIES; category++) {
      Path file = Files.createDirectories(folder.resolve("ut1/c" + category)).resolve("domains");
      try (BufferedWriter out = Files.newBufferedWriter(file)) {
        for (int i = category; i < names; i += CATEGORIES) {
          out.write("site" + i + ".listed.example\n");
        }
      }
    }
    long begin = System.nanoTime();
    policy = PolicyFixture.policy(yaml(), folder, folder.resolve("state"));
    long built = System.nanoTime();
    policy = PolicyFixture.policy(yaml(), folder, folder.resolve("state"));
    System.out.printf(
        "%nbuilt in %d ms, loaded in %d ms, %.2f bytes a name%n",
        (built - begin) / 1_000_000,
        (System.nanoTime() - built) / 1_000_000,
        (double) Files.size(folder.resolve("state/lists/names.index")) / names);
    requests = new Facts[REQUESTS];
    for (int i = 0; i < REQUESTS; i++) {
      String host =
          switch (random.nextInt(4)) {
            case 0 -> "www.host" + random.nextInt(rules) + ".example";
            case 1 -> "site" + random.nextInt(names) + ".listed.example";
            case 2 -> "host" + random.nextInt(rules) + ".example";
            default -> "cdn" + i + ".nobody-knows.test";
          };
      requests[i] =
          PolicyFixture.request(
              host, random.nextBoolean() ? "GET" : "POST", "/some/path/to/what.html");
      requests[i].who("user" + random.nextInt(100), Set.of("staff"));
    }
  }

  @TearDown(Level.Trial)
  public void remove() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /**
   * Most rules name hosts, some categories, devices, users; a few name nothing an index could use.
   */
  private String yaml() {
    StringBuilder yaml = new StringBuilder("categories: {folder: ut1}\ndevices:\n");
    for (int i = 0; i < 20; i++) {
      yaml.append("  d").append(i).append(": 10.").append(i).append(".0.0/16\n");
    }
    yaml.append("policy:\n  rules:\n");
    for (int i = 0; i < rules; i++) {
      yaml.append("    - {name: r")
          .append(i)
          .append(", ")
          .append(
              switch (i % 20) {
                case 0 ->
                    "to: {category: c"
                        + (i / 20) % CATEGORIES
                        + "}, who: {devices: d"
                        + (i / 20) % 20
                        + "}, action: deny}";
                case 1 ->
                    "to: {host: .host"
                        + i
                        + ".example, path: /some/**}, method: GET, action: allow}";
                case 2 ->
                    "who: {users: user"
                        + i
                        + "}, to: {host: host"
                        + i
                        + ".example}, action: allow}";
                case 3 -> "to: {host: .host" + (i - 1) + ".example, port: 80}, action: deny}";
                default ->
                    "to: {host: [.host"
                        + i
                        + ".example, host"
                        + i
                        + ".test]}, action: "
                        + (i % 3 == 0 ? "deny}" : "allow}");
              })
          .append('\n');
      if (i % 1000 == 999) {
        yaml.append("    - {name: p")
            .append(i)
            .append(", to: {port: ")
            .append(1 + i)
            .append("}, action: deny}\n");
      }
    }
    return yaml.toString();
  }

  @Benchmark
  public Decision decide() {
    next = (next + 1) & (REQUESTS - 1);
    return policy.decide(requests[next]);
  }

  /** The same without the decision's own objects being kept: what is measured beside them. */
  @Benchmark
  public Seal seal() {
    next = (next + 1) & (REQUESTS - 1);
    return policy.seal(requests[next]);
  }
}
