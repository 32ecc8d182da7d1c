package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.RunningSekisho;
import dev.sekisho.testing.ScriptedClamd;
import dev.sekisho.testing.ScriptedOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of the real process while it holds bodies leaves none of them on the disk. */
class KilledBodiesTest {
  private static final int BODY = 96 << 20;

  @TempDir Path folder = Path.of("");

  private Path state() {
    return folder.resolve("state");
  }

  private Path config(ScriptedClamd clamd, String more) throws IOException {
    Path config = folder.resolve("sekisho.yaml");
    Files.writeString(
        config,
        """
        listen: { proxy: "127.0.0.1:0", admin: null }
        scan: { engines: { clamd: "%s" }, spool: { memory-per-body: 64KiB }, deliver: hold%s }
        policy: { rules: [ { name: loopback, to: { address: 127.0.0.0/8 }, action: allow } ] }
        """
            .formatted(clamd.address(), more));
    return config;
  }

  private static ScriptedOrigin origin() throws IOException {
    return ScriptedOrigin.of(line -> {
      line.readHead();
      line.send("HTTP/1.1 200 OK\r\nContent-Length: " + BODY + "\r\n\r\n");
      byte[] piece = new byte[1 << 20];
      for (int sent = 0; sent < BODY; sent += piece.length) {
        line.send(piece);
      }
    });
  }

  private static RawClient ask(RunningSekisho sekisho, ScriptedOrigin origin) throws IOException {
    String to = origin.authority();
    return new RawClient(sekisho.proxyPort())
        .send("GET http://" + to + "/file HTTP/1.1\r\nHost: " + to + "\r\n\r\n");
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  /** The files of a folder that a process has open although they have no name any more. */
  private static long nameless(long pid, Path folder) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return open.filter(
              one -> {
                try {
                  String target = Files.readSymbolicLink(one).toString();
                  return target.startsWith(folder.toString()) && target.endsWith("(deleted)");
                } catch (IOException _) {
                  return false;
                }
              })
          .count();
    }
  }

  @Test
  void whatIsHeldForAScanHasNoNameAndDiesWithTheProcess() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    Path spool = state().resolve("spool");
    try (ScriptedClamd clamd =
            ScriptedClamd.at(
                folder.resolve("clamd"),
                connection -> {
                  reached.countDown();
                  connection.hang();
                });
        ScriptedOrigin origin = origin()) {
      Path config = config(clamd, "");
      try (RunningSekisho sekisho = RunningSekisho.start(config, state());
          RawClient _ = ask(sekisho, origin)) {
        reached.await();
        assertThat(nameless(sekisho.pid(), spool.toRealPath())).isEqualTo(1);
        assertThat(files(spool)).isEmpty();
        sekisho.kill();
      }
      assertThat(files(spool)).isEmpty();
      // A name may be left by a death in the instant after the file was made.
      Files.write(spool.resolve("body-1"), new byte[1000]);
      try (RunningSekisho again = RunningSekisho.start(config, state())) {
        assertThat(files(spool)).isEmpty();
        again.terminate();
      }
    }
  }

  @Test
  void whatWasHalfWayIntoQuarantineIsSweptAtTheNextStart() throws Exception {
    Path quarantine = state().resolve("quarantine");
    try (ScriptedClamd clamd =
            ScriptedClamd.at(
                folder.resolve("clamd"),
                connection -> {
                  connection.read(1000);
                  connection.say("stream: Bad FOUND\0");
                });
        ScriptedOrigin origin = origin()) {
      Path config = config(clamd, ", quarantine: {}");
      boolean half = false;
      for (int tries = 0; tries < 10 && !half; tries++) {
        try (RunningSekisho sekisho = RunningSekisho.start(config, state());
            RawClient _ = ask(sekisho, origin)) {
          for (int i = 0; unfinished(quarantine).isEmpty(); i++) {
            assertThat(i).as("nothing is written").isLessThan(30_000);
            Thread.sleep(1);
          }
          sekisho.kill();
        }
        half = !unfinished(quarantine).isEmpty();
      }
      assertThat(half).as("it was killed while it wrote").isTrue();
      try (RunningSekisho again = RunningSekisho.start(config, state())) {
        assertThat(unfinished(quarantine)).isEmpty();
        again.terminate();
      }
      assertThat(files(state().resolve("spool"))).isEmpty();
    }
  }

  private static List<Path> unfinished(Path quarantine) throws IOException {
    return files(quarantine).stream().filter(file -> file.toString().endsWith(".new")).toList();
  }
}
