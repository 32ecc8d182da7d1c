package dev.sekisho.data.http1;

import dev.sekisho.data.http1.RequestWriter.Passage;
import dev.sekisho.data.http1.ResponseWriter.Afterwards;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What one head costs: parsed out of a pooled direct buffer, as a socket fills it, and rebuilt into
 * another.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HeadBenchmark {
  private static final String SMALL_REQUEST =
      "GET http://127.0.0.1:8000/1k HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n";
  private static final String CURL_REQUEST =
      "GET http://www.example.com/index.html HTTP/1.1\r\nHost: www.example.com\r\n"
          + "User-Agent: curl/8.5.0\r\nAccept: */*\r\nProxy-Connection: Keep-Alive\r\n\r\n";
  private static final String BROWSER_REQUEST =
      "GET http://www.example.com/assets/app.js?v=20260917 HTTP/1.1\r\n"
          + "Host: www.example.com\r\nProxy-Connection: keep-alive\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"
          + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n"
          + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8\r\n"
          + "DNT: 1\r\nUpgrade-Insecure-Requests: 1\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: no-cors\r\n"
          + "Sec-Fetch-Dest: script\r\nReferer: http://www.example.com/\r\nAccept-Encoding: gzip, deflate\r\n"
          + "Accept-Language: ja,en-US;q=0.9,en;q=0.8\r\n"
          + "Cookie: session=8f14e45fceea167a5a36dedd4bea2543; theme=dark; consent=yes; _ga=GA1.2.1234567890.1700000000\r\n\r\n";
  private static final String RESPONSE =
      "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Tue, 24 Nov 2026 06:00:00 GMT\r\n"
          + "Content-Type: application/octet-stream\r\nContent-Length: 1024\r\n"
          + "Last-Modified: Tue, 24 Nov 2026 05:00:00 GMT\r\nConnection: keep-alive\r\n"
          + "ETag: \"67b8-400\"\r\nAccept-Ranges: bytes\r\n\r\n";

  @Param({"SMALL", "CURL", "BROWSER"})
  public String request = "SMALL";

  private final RequestParser requests = new RequestParser(HeadLimits.DEFAULT, 80);
  private final ResponseParser responses = new ResponseParser(HeadLimits.DEFAULT);
  private final RequestWriter toOrigin = new RequestWriter("sekisho");
  private final ResponseWriter toClient = new ResponseWriter("sekisho");
  private ByteBuf requestBytes = PooledByteBufAllocator.DEFAULT.directBuffer(4096);
  private ByteBuf responseBytes = PooledByteBufAllocator.DEFAULT.directBuffer(4096);
  private final ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(4096);

  @Setup
  public void fill() {
    String text =
        switch (request) {
          case "SMALL" -> SMALL_REQUEST;
          case "CURL" -> CURL_REQUEST;
          default -> BROWSER_REQUEST;
        };
    requestBytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    responseBytes.writeBytes(RESPONSE.getBytes(StandardCharsets.ISO_8859_1));
  }

  @TearDown
  public void free() {
    requestBytes.release();
    responseBytes.release();
    out.release();
  }

  @Benchmark
  public ParsedRequest parseRequest() {
    requestBytes.readerIndex(0);
    return requests.parse(requestBytes);
  }

  @Benchmark
  public int parseAndRewriteRequest() {
    requestBytes.readerIndex(0);
    out.clear();
    RequestHead head = (RequestHead) requests.parse(requestBytes);
    toOrigin.write(head, Passage.ORDINARY, out);
    return out.writerIndex() + (head.keepAlive() ? 1 : 0);
  }

  @Benchmark
  public int parseAndRewriteResponse() {
    responseBytes.readerIndex(0);
    out.clear();
    ResponseHead head = (ResponseHead) responses.parse(responseBytes, "GET");
    toClient.write(head, head.framingFor(1), Afterwards.KEEP, out);
    return out.writerIndex() + (head.keepAlive() ? 1 : 0);
  }

  public static void main(String[] arguments) throws RunnerException {
    new Runner(
            new OptionsBuilder()
                .include(HeadBenchmark.class.getSimpleName())
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend(
                    "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
                .build())
        .run();
  }
}
