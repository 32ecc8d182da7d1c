package dev.sekisho.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program of the system to its end. The environment's own proxy settings do not reach it.
 */
public final class Program {
  private static final long PATIENCE_SECONDS = 60;

  private Program() {}

  /**
   * @param output its standard output as Latin-1, so that every byte is kept
   * @param errors its standard error
   */
  public record Result(int exit, String output, String errors) {}

  public static Result run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy"));
    Process process = builder.start();
    process.getOutputStream().close();
    CompletableFuture<byte[]> errors =
        CompletableFuture.supplyAsync(() -> all(process.getErrorStream()));
    byte[] output = process.getInputStream().readAllBytes();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command[0] + " did not end");
    }
    return new Result(
        process.exitValue(),
        new String(output, StandardCharsets.ISO_8859_1),
        new String(errors.join(), StandardCharsets.UTF_8));
  }

  private static byte[] all(java.io.InputStream in) {
    try {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
