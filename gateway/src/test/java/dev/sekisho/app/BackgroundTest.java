package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class BackgroundTest {
  /** The nineteenth field of proc_pid_stat(5), counted from behind the name in brackets. */
  private static final int NICE = 19 - 3;

  private static List<Integer> niceness(Predicate<String> name) throws IOException {
    List<Integer> found = new ArrayList<>();
    try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        String stat = stat(task);
        int behind = stat.lastIndexOf(')');
        if (name.test(stat.substring(stat.indexOf('(') + 1, behind))) {
          found.add(Integer.parseInt(stat.substring(behind + 2).split(" ")[NICE]));
        }
      }
    }
    return found;
  }

  /** A thread that has ended meanwhile has no name. */
  private static String stat(Path task) throws IOException {
    try {
      return Files.readString(task.resolve("stat"));
    } catch (NoSuchFileException _) {
      return "0 () " + "0 ".repeat(NICE + 1);
    }
  }

  @Test
  void carriersOfVirtualThreadsAreMadeNicerAndTheMainThreadIsNot() throws Exception {
    int main = niceness(name -> name.equals("java")).getFirst();
    Thread.ofVirtual().start(() -> {}).join();
    try (Background _ = Background.start()) {
      while (!niceness(name -> name.startsWith("ForkJoinPool-1-")).contains(10)) {
        Thread.sleep(20);
      }
    }
    assertThat(niceness(name -> name.equals("java"))).contains(main);
  }
}
