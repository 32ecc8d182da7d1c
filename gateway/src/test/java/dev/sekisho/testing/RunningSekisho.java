package dev.sekisho.testing;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code sekisho run} as a process of its own, as people run it. */
public final class RunningSekisho implements Closeable {
  private static final Pattern PROXY = Pattern.compile("  proxy +http://127\\.0\\.0\\.1:([0-9]+)");
  private static final Pattern ADMIN =
      Pattern.compile("  operators +http://127\\.0\\.0\\.1:([0-9]+)/.*");

  private final Process process;
  private final List<String> output = new CopyOnWriteArrayList<>();
  private volatile int proxyPort;
  private volatile int adminPort;

  private RunningSekisho(Process process) {
    this.process = process;
  }

  /** Starts it and waits until it says where it listens. */
  public static RunningSekisho start(Path config, Path state)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("..", "deploy", "jvm.options").toAbsolutePath().normalize(),
                "-Xmx256m",
                "-Dlogback.configurationFile=logback.xml",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.sekisho.app.Main",
                "run"));
    command.addAll(List.of("-c", config.toString(), "--state", state.toString()));
    RunningSekisho running =
        new RunningSekisho(new ProcessBuilder(command).redirectErrorStream(true).start());
    Thread.ofVirtual().start(running::listen);
    for (int i = 0; i < 6000; i++) {
      if (running.output.stream().anyMatch(line -> line.startsWith("Then:"))) {
        return running;
      }
      if (!running.process.isAlive()) {
        break;
      }
      Thread.sleep(10);
    }
    running.kill();
    throw new AssertionError("sekisho did not start: " + running.output);
  }

  private void listen() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher proxy = PROXY.matcher(line);
        if (proxy.matches()) {
          proxyPort = Integer.parseInt(proxy.group(1));
        }
        Matcher admin = ADMIN.matcher(line);
        if (admin.matches()) {
          adminPort = Integer.parseInt(admin.group(1));
        }
        output.add(line);
      }
    } catch (IOException _) {
      // The process is gone.
    }
  }

  public int proxyPort() {
    return proxyPort;
  }

  public int adminPort() {
    return adminPort;
  }

  public long pid() {
    return process.pid();
  }

  /** Everything it has printed so far, line by line. */
  public List<String> output() {
    return List.copyOf(output);
  }

  /** Waits up to ten seconds for a line that contains this. */
  public void awaitOutput(String text) throws InterruptedException {
    for (int i = 0; i < 1000; i++) {
      if (output.stream().anyMatch(line -> line.contains(text))) {
        return;
      }
      Thread.sleep(10);
    }
    throw new AssertionError("no line with '" + text + "' in " + output);
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** Sends a signal by its name, as an operator would. */
  public void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(pid())).inheritIO().start().waitFor();
  }

  /** SIGKILL, and waits until it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM, and waits until it has ended in order; its exit status. */
  public int terminate() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(90, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("it did not end after SIGTERM: " + output);
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
