package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/**
 * The head of the results: without the machine, the date and the versions the figures mean little.
 */
final class Machine {
  private Machine() {}

  static String describe(Testbed bed, Pace pace, Path listed)
      throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder();
    text.append(
        "# Results of `make bench`\n\n"
            + "Written by the bench itself; how it measures, and how to repeat a row:"
            + " [README.md](README.md).\n\n");
    text.append("| | |\n|---|---|\n");
    line(
        text,
        "date",
        LocalDate.now(ZoneOffset.UTC)
            + ", "
            + pace.name()
            + " run, at least "
            + pace.pairs()
            + " interleaved pairs");
    line(text, "machine", machine());
    line(
        text,
        "kernel",
        Files.readString(Path.of("/proc/version"))
            .replaceAll("Linux version (\\S+).*", "$1")
            .strip());
    line(
        text,
        "JDK",
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    line(text, "revision", revision(bed));
    for (Subject subject :
        List.of(
            new Sekisho(new Names.Listed(listed)),
            new Squid(new Names.None()),
            new HaProxy(HaProxy.Splice.ALWAYS),
            new TrafficServer())) {
      line(text, subject.name(), subject.description(bed));
    }
    line(text, "clamd", Clamd.description(bed));
    line(text, "c-icap", CIcap.description(bed));
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("| ").append(name).append(" | ").append(value.strip()).append(" |\n");
  }

  private static String machine() throws IOException {
    String model = value("/proc/cpuinfo", "model name");
    long kib = Long.parseLong(value("/proc/meminfo", "MemTotal").replaceAll("\\D", ""));
    long cores =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("processor"))
            .count();
    return "%s, %d cores, %d GiB; load and origin on one core, the proxy measured on another"
        .formatted(model, cores, Math.round(kib / 1048576.0));
  }

  private static String value(String file, String key) throws IOException {
    return Files.readAllLines(Path.of(file)).stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("?");
  }

  private static String revision(Testbed bed) throws InterruptedException {
    try {
      String commit =
          bed.run(Testbed.Core.LOAD, Account.OURS, List.of("git", "rev-parse", "--short", "HEAD"))
              .strip();
      String changes =
          bed.run(
                  Testbed.Core.LOAD,
                  Account.OURS,
                  List.of("git", "status", "--porcelain", "--untracked-files=no"))
              .strip();
      return commit + (changes.isEmpty() ? "" : " with local changes");
    } catch (IOException e) {
      return "unknown (not a git checkout)";
    }
  }
}
