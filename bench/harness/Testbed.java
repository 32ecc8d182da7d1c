package harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Where a run happens: a temporary folder, the processes started in it, the cores they may use.
 * Closing it, also by an interrupt through the shutdown hook, ends those processes by their ids and
 * removes the folder; nothing else on the machine is touched.
 */
final class Testbed implements AutoCloseable {
  private static final String LOAD_CORE = System.getenv().getOrDefault("BENCH_LOAD_CORE", "0");
  private static final String PROXY_CORE = System.getenv().getOrDefault("BENCH_PROXY_CORE", "1");

  /** Which core a process is held to. */
  enum Core {
    LOAD(LOAD_CORE),
    PROXY(PROXY_CORE),
    BOTH(LOAD_CORE + "," + PROXY_CORE);

    private final String list;

    Core(String list) {
      this.list = list;
    }
  }

  final Path repository;
  final Path folder;
  private final List<Process> processes = new ArrayList<>();
  private int folders;

  private Testbed(Path repository, Path folder) {
    this.repository = repository;
    this.folder = folder;
  }

  static Testbed open(Path repository) throws IOException {
    Path folder = Files.createTempDirectory("sekisho-bench-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Testbed bed = new Testbed(repository, folder);
    Runtime.getRuntime().addShutdownHook(new Thread(bed::close));
    return bed;
  }

  /**
   * A fresh folder that belongs to the account, so that a proxy can write its logs and state there.
   */
  Path folderFor(String name, Account account) throws IOException {
    Path path = Files.createDirectory(folder.resolve(++folders + "-" + name));
    account.own(path);
    return path;
  }

  synchronized Process start(Core core, Account account, Path output, List<String> command)
      throws IOException {
    List<String> whole = new ArrayList<>(List.of("taskset", "-c", core.list));
    whole.addAll(account.prefix());
    whole.addAll(command);
    Process process =
        new ProcessBuilder(whole)
            .directory(repository.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    processes.add(process);
    return process;
  }

  /** Runs a command to its end and gives what it printed. */
  String run(Core core, Account account, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "run-", ".out");
    Process process = start(core, account, output, command);
    int status = process.waitFor();
    String text = Files.readString(output);
    if (status != 0) {
      throw new IOException(
          "%s: exit status %d%n%s"
              .formatted(Path.of(command.getFirst()).getFileName(), status, text.strip()));
    }
    return text;
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  static void end(Process process) {
    List<ProcessHandle> tree =
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    process.destroy();
    try {
      process.waitFor(3, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    tree.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public synchronized void close() {
    processes.stream().filter(Process::isAlive).forEach(Testbed::end);
    processes.clear();
    try (Stream<Path> paths = Files.exists(folder) ? Files.walk(folder) : Stream.empty()) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.err.println("bench: " + folder + " could not be removed: " + e.getMessage());
    }
  }
}
