package dev.sekisho.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.RawClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Callers that are slow, or many. */
class AdminServerTest {
  private static final String READY = "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n";

  private final List<Process> running = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (Process process : running) {
      process.getOutputStream().close();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Starts a server whose process has these options. */
  private int start(String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), AdminServerProcess.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    running.add(process);
    BufferedReader said = process.inputReader(StandardCharsets.US_ASCII);
    return Integer.parseInt(said.readLine());
  }

  @Test
  void aRequestThatDribblesIsClosed() throws Exception {
    int port = start("-Dsun.net.httpserver.maxReqTime=1");
    try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), port)) {
      slow.setSoTimeout(30_000);
      Thread dribble =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  slow.getOutputStream()
                      .write("GET /readyz HTTP/1.1\r\nX: ".getBytes(StandardCharsets.UTF_8));
                  while (true) {
                    slow.getOutputStream().write('x');
                    Thread.sleep(100);
                  }
                } catch (IOException | InterruptedException _) {
                  // closed, which is what is waited for
                }
              });
      assertThat(endOf(slow)).as("what the slow one was told").isEmpty();
      dribble.interrupt();
      dribble.join();
    }
    try (RawClient client = new RawClient(port)) {
      assertThat(client.send(READY).readResponse().status()).isEqualTo(200);
    }
  }

  @Test
  void noMoreConnectionsThanTheLimitAreHeld() throws Exception {
    int port = start("-Djdk.httpserver.maxConnections=2");
    try (RawClient first = new RawClient(port);
        RawClient second = new RawClient(port)) {
      for (RawClient client : List.of(first, second)) {
        assertThat(client.send(READY).readResponse().status()).isEqualTo(200);
      }
      try (Socket third = new Socket(InetAddress.getLoopbackAddress(), port)) {
        third.setSoTimeout(30_000);
        assertThat(endOf(third)).isEmpty();
      }
      assertThat(first.send(READY).readResponse().status()).isEqualTo(200);
    }
  }

  @Test
  void limitsAreImposedBeforeTheFirstServerIsMade() throws Exception {
    var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    AdminServer.health(anyPort, Readiness.Ready::new).close();
    assertThat(
            Stream.of("maxReqTime", "maxRspTime", "idleInterval", "maxReqHeaderSize")
                .map(name -> System.getProperty("sun.net.httpserver." + name)))
        .containsExactly("10", "30", "30", "16384");
    assertThat(System.getProperty("jdk.httpserver.maxConnections")).isEqualTo("64");
  }

  /** Everything until the other side has closed, in order or by a reset. */
  private static byte[] endOf(Socket socket) {
    try {
      return socket.getInputStream().readAllBytes();
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("it was not closed", e);
    } catch (IOException reset) {
      return new byte[0];
    }
  }
}
