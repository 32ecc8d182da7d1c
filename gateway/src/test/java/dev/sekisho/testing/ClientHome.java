package dev.sekisho.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The home folder of somebody who has just set up their machine: programs run in it see nothing of
 * the environment and the settings of whoever runs the tests.
 */
public final class ClientHome implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 180;

  private final Path folder;
  private final Map<String, String> environment = new TreeMap<>();

  private ClientHome(Path folder) {
    this.folder = folder;
  }

  public static ClientHome in(Path folder) throws IOException {
    ClientHome home = new ClientHome(Files.createDirectories(folder));
    return home.with("HOME", folder.toString())
        .with("TMPDIR", Files.createDirectories(folder.resolve("tmp")).toString())
        .with("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin")
        .with("LC_ALL", "C.UTF-8")
        .with("JAVA_HOME", System.getProperty("java.home"));
  }

  /** The same home for a program that is given this variable too. */
  public ClientHome with(String variable, String value) {
    ClientHome more = new ClientHome(folder);
    more.environment.putAll(environment);
    more.environment.put(variable, value);
    return more;
  }

  public Path path(String name) {
    return folder.resolve(name);
  }

  /** Writes a file below the home folder. */
  public Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  /** Runs a line of shell to its end: what it printed, both streams together. */
  public Said sh(String line) throws InterruptedException {
    return run(List.of("/bin/bash", "-euo", "pipefail", "-c", line));
  }

  /** Ends what programs have left running, as browsers do, so that nothing writes here any more. */
  @Override
  public void close() {
    String mark = folder.toString();
    ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(mark))
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .forEach(process -> {
          process.destroyForcibly();
          process.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        });
  }

  /** Everything a program printed, and its exit status. */
  public record Said(int exit, String text) {}

  private Said run(List<String> command) throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command));
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.directory(folder.toFile()).redirectErrorStream(true);
    try {
      Path output = Files.createTempFile(folder, "output", ".txt");
      Process process = builder.redirectOutput(output.toFile()).start();
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        throw new AssertionError(command.getLast() + " did not end: " + Files.readString(output));
      }
      return new Said(
          process.exitValue(), new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
