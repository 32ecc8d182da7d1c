package dev.sekisho.scan.zstd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The reference encoder, as Debian packages it. */
final class ZstdCommand {
  private ZstdCommand() {}

  /** Compresses every body as a file of its own. */
  static Map<String, byte[]> files(Path folder, Map<String, byte[]> bodies, String... options)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("zstd", "-q", "-f", "-k"));
    command.addAll(List.of(options));
    for (Map.Entry<String, byte[]> body : bodies.entrySet()) {
      command.add(Files.write(folder.resolve(body.getKey()), body.getValue()).toString());
    }
    run(command, new byte[0]);
    Map<String, byte[]> coded = new LinkedHashMap<>();
    for (String name : bodies.keySet()) {
      coded.put(name, Files.readAllBytes(folder.resolve(name + ".zst")));
    }
    return coded;
  }

  /** Compresses what comes through a pipe, so that the frame does not say how long it is. */
  static byte[] pipe(byte[] body, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("zstd", "-q", "-c"));
    command.addAll(List.of(options));
    return run(command, body);
  }

  /** What the reference decoder makes of each file; null where it refuses it. */
  static List<byte @Nullable []> decoded(Path folder, List<byte[]> files) throws Exception {
    List<String> command = new ArrayList<>(List.of("zstd", "-q", "-q", "-d", "-f"));
    List<Path> outputs = new ArrayList<>();
    for (byte[] file : files) {
      Path output = folder.resolve("f" + outputs.size());
      outputs.add(output);
      command.add(Files.write(Path.of(output + ".zst"), file).toString());
    }
    // It fails when one of the files does, after all of them.
    new ProcessBuilder(command).inheritIO().start().waitFor();
    List<byte @Nullable []> decoded = new ArrayList<>();
    for (Path output : outputs) {
      decoded.add(Files.exists(output) ? Files.readAllBytes(output) : null);
      Files.deleteIfExists(output);
    }
    return decoded;
  }

  private static byte[] run(List<String> command, byte[] in) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Thread writer = Thread.ofVirtual().start(() -> write(process, in));
    var out = new ByteArrayOutputStream();
    process.getInputStream().transferTo(out);
    writer.join();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(command.toString()).isZero();
    return out.toByteArray();
  }

  private static void write(Process process, byte[] in) {
    try (var stdin = process.getOutputStream()) {
      stdin.write(in);
    } catch (IOException _) {
      // its exit status says why it stopped reading
    }
  }
}
