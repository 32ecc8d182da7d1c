package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.Message;
import dev.sekisho.testing.Nginx;
import dev.sekisho.testing.Program;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Proxied equals direct between peers that others wrote: curl and Java's HttpClient in front, nginx
 * behind.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealPeersTest {
  private static final String LARGE = "0123456789abcde\n".repeat(5 << 16);

  private Path folder;
  private TestGateway gateway;
  private Nginx nginx;

  /**
   * Arguments of curl, in which {@code URL} and {@code FOLDER} stand for the origin and the test's
   * folder.
   */
  private record Call(String name, String... arguments) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    Files.createDirectories(folder.resolve("www/d"));
    Files.writeString(folder.resolve("www/a.txt"), "hello, hello, hello, hello\n".repeat(20));
    Files.writeString(folder.resolve("www/index.html"), "<p>index</p>\n");
    Files.writeString(folder.resolve("www/large.bin"), LARGE);
    Files.writeString(folder.resolve("www/empty.txt"), "");
    Files.writeString(folder.resolve("www/with space.txt"), "space\n");
    Files.writeString(folder.resolve("small"), "x".repeat(500));
    nginx = Nginx.serving(folder);
    gateway = TestGateway.start();
  }

  @AfterAll
  void stop() throws Exception {
    gateway.close();
    nginx.close();
  }

  static Stream<Call> calls() {
    return Stream.of(
        new Call("a file", "URL/a.txt"),
        new Call("the root without a slash", "URL"),
        new Call("a query", "URL/echo?a=b&c=%2F"),
        new Call("an encoded path", "URL/%61.txt"),
        new Call("a blank in a name", "URL/with%20space.txt"),
        new Call("dot segments as they are", "--path-as-is", "URL/d/../a.txt"),
        new Call("an empty file", "URL/empty.txt"),
        new Call("a large file", "URL/large.bin"),
        new Call("HEAD", "--head", "URL/large.bin"),
        new Call("OPTIONS", "-X", "OPTIONS", "URL/a.txt"),
        new Call("an unknown method", "-X", "PURGE", "URL/echo"),
        new Call("a range", "-r", "5-9", "URL/a.txt"),
        new Call("the last bytes", "-r", "-7", "URL/a.txt"),
        new Call("a range beyond the end", "-r", "100000-", "URL/a.txt"),
        new Call("not modified", "-z", "tomorrow", "URL/a.txt"),
        new Call("zipped, as it is", "-H", "Accept-Encoding: gzip", "URL/zipped/a.txt"),
        new Call("zipped, opened by the client", "--compressed", "URL/zipped/a.txt"),
        new Call("a redirect", "URL/moved"),
        new Call("a redirect that is followed", "-L", "URL/moved"),
        new Call("401", "URL/locked"),
        new Call("404", "URL/not-there"),
        new Call("410", "URL/gone"),
        new Call("418", "URL/teapot"),
        new Call("500", "URL/broken"),
        new Call("204", "URL/nothing"),
        new Call("405", "-d", "a=b", "URL/a.txt"),
        new Call("HTTP/1.0", "-0", "URL/a.txt"),
        new Call("HTTP/1.0 and a large file", "-0", "URL/large.bin"),
        new Call("a connection that nginx closes", "URL/closing/a.txt"),
        new Call("two files on one connection", "URL/a.txt", "URL/index.html"),
        new Call("a field of its own", "-H", "X-Test: a, b", "URL/echo"),
        new Call("credentials", "-u", "me:secret", "URL/echo"),
        new Call(
            "a body that is too large, refused before it is sent",
            "-T",
            "FOLDER/www/large.bin",
            "URL/small/x"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("calls")
  void proxiedEqualsDirectWithCurl(Call call) throws Exception {
    Program.Result direct = curl(call, List.of());
    Program.Result proxied = curl(call, List.of("-x", "http://127.0.0.1:" + gateway.port()));
    assertThat(proxied.exit()).as(proxied.errors()).isEqualTo(direct.exit());
    assertThat(endToEnd(proxied.output())).isEqualTo(endToEnd(direct.output()));
  }

  @Test
  void uploadsWithExpectContinue() throws Exception {
    for (String chunked : List.of("X-None: 1", "Transfer-Encoding: chunked")) {
      Call call =
          new Call(
              "",
              "-H",
              chunked,
              "-H",
              "Expect: 100-continue",
              "-T",
              "FOLDER/www/large.bin",
              "URL/put/large.bin");
      Program.Result put = curl(call, List.of("-x", "http://127.0.0.1:" + gateway.port()));
      assertThat(put.output())
          .as(put.errors())
          .contains("HTTP/1.1 100 Continue\r\n", "HTTP/1.1 201 Created\r\n");
      assertThat(Files.readString(folder.resolve("www/put/large.bin"))).isEqualTo(LARGE);
      Program.Result delete =
          curl(
              new Call("", "-X", "DELETE", "URL/put/large.bin"),
              List.of("-x", "http://127.0.0.1:" + gateway.port()));
      assertThat(delete.output()).contains("HTTP/1.1 204 ");
      assertThat(folder.resolve("www/put/large.bin")).doesNotExist();
    }
  }

  @Test
  void curlFetchesThroughATunnel() throws Exception {
    Program.Result tunnelled =
        curl(
            new Call("", "-p", "URL/large.bin"),
            List.of("-x", "http://127.0.0.1:" + gateway.port()));
    assertThat(tunnelled.output())
        .startsWith("HTTP/1.1 200 Connection Established\r\n\r\nHTTP/1.1 200 OK\r\n")
        .endsWith(LARGE);
  }

  @Test
  void javasClientGetsAndPutsManyAtOnce() throws Exception {
    try (HttpClient direct = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpClient proxied =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", gateway.port())))
                .build()) {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      List<String> paths =
          List.of(
              "/a.txt",
              "/large.bin",
              "/not-there",
              "/teapot",
              "/nothing",
              "/echo?x=1",
              "/closing/a.txt",
              "/empty.txt");
      for (int i = 0; i < 40; i++) {
        answers.add(
            proxied.sendAsync(
                get(paths.get(i % paths.size())),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.ISO_8859_1)));
      }
      for (int i = 0; i < 40; i++) {
        HttpResponse<String> expected =
            direct.send(
                get(paths.get(i % paths.size())),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
        HttpResponse<String> answer = answers.get(i).join();
        assertThat(answer.statusCode()).isEqualTo(expected.statusCode());
        assertThat(answer.body()).isEqualTo(expected.body());
        assertThat(headers(answer)).isEqualTo(headers(expected));
      }
      HttpRequest put =
          HttpRequest.newBuilder(uri("/put/java.bin"))
              .PUT(HttpRequest.BodyPublishers.ofString(LARGE))
              .build();
      assertThat(proxied.send(put, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(201);
      assertThat(Files.readString(folder.resolve("www/put/java.bin"))).isEqualTo(LARGE);
    }
  }

  private Program.Result curl(Call call, List<String> more)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("curl", "-q", "-s", "-S", "-i", "--max-time", "40"));
    command.addAll(more);
    for (String argument : call.arguments()) {
      command.add(
          argument
              .replace("URL", "http://" + nginx.authority())
              .replace("FOLDER", folder.toString()));
    }
    return Program.run(command.toArray(String[]::new));
  }

  /**
   * Every head and body in curl's output, without what belongs to one hop or to the time of day.
   */
  private static List<String> endToEnd(String output) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    while (output.startsWith("HTTP/1.", start)) {
      int end = output.indexOf("\r\n\r\n", start) + 4;
      Message head =
          Message.parse(output.substring(start, end).replace("Transfer-Encoding: chunked\r\n", ""))
              .endToEnd("date");
      parts.add(head.start());
      parts.addAll(head.fields());
      int next = output.indexOf("HTTP/1.", end);
      parts.add(output.substring(end, next < 0 ? output.length() : next));
      start = next < 0 ? output.length() : next;
    }
    assertThat(parts).isNotEmpty();
    return parts;
  }

  private static Map<String, List<String>> headers(HttpResponse<?> response) {
    Map<String, List<String>> headers = new java.util.TreeMap<>(response.headers().map());
    headers.keySet().removeAll(Arrays.asList("via", "date", "connection", "transfer-encoding"));
    return headers;
  }

  private HttpRequest get(String path) {
    return HttpRequest.newBuilder(uri(path)).build();
  }

  private URI uri(String path) {
    return URI.create("http://" + nginx.authority() + path);
  }
}
