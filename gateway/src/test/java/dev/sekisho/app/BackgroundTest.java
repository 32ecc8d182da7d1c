package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
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

  @Test
  void loopsTakeShortTurnsAndThreadsOfHandshakesAreMadeNicer() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    Thread loop = Thread.ofPlatform().name("loop-9-1").start(() -> await(over));
    Thread handshake = Thread.ofPlatform().name("handshake-9-1").start(() -> await(over));
    long turn = shortTurn();
    try (Background _ = Background.start()) {
      while (!niceness(name -> name.equals("handshake-9-1")).contains(10)
          || !turns("loop-9-1").contains(turn)) {
        Thread.sleep(20);
      }
    } finally {
      over.countDown();
      loop.join();
      handshake.join();
    }
  }

  /** What a loop's turn is then, in nanoseconds: kernels before 6.12 leave it as it is. */
  private static long shortTurn() throws IOException {
    String[] version = Files.readString(Path.of("/proc/sys/kernel/osrelease")).split("[.-]");
    int kernel = Integer.parseInt(version[0]) * 100 + Integer.parseInt(version[1]);
    return kernel >= 612 ? 100_000 : turns("java").getFirst();
  }

  private static List<Long> turns(String name) throws IOException {
    List<Long> found = new ArrayList<>();
    try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        if (stat(task).contains("(" + name + ")")) {
          Files.readAllLines(task.resolve("sched")).stream()
              .filter(line -> line.startsWith("se.slice"))
              .forEach(line -> found.add(Long.parseLong(line.split(":")[1].strip())));
        }
      }
    }
    return found;
  }

  private static void await(CountDownLatch over) {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
