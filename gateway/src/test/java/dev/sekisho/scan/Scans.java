package dev.sekisho.scan;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Node;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.config.YamlFile;
import dev.sekisho.net.DomainName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** What the tests of scanning share: configurations, bodies, codings, and scans to their end. */
final class Scans {
  private Scans() {}

  /**
   * @param text the inside of {@code scan: {...}}
   */
  static ScanConfig config(String text, Path folder, Problems problems) {
    Node.Mapping root = YamlFile.parse("test.yaml", "scan: {" + text + "}", problems).orElseThrow();
    Section top = new Section("the configuration", root, problems);
    Section scan =
        top.node("scan")
            .flatMap(node -> top.asSection("scan", node))
            .orElseGet(() -> Section.absent("scan", Mark.file("test.yaml"), problems));
    return ScanConfig.read(scan, folder, List.of());
  }

  /** Asks its engines about every body, also about the same one again. */
  static BodyScanner scanner(String text) {
    try {
      return BodyScanner.start(
          config((text.isEmpty() ? "" : text + ", ") + "cache: { entries: 0 }"),
          Files.createTempDirectory("sekisho-scan"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A configuration without mistakes. */
  static ScanConfig config(String text) {
    Problems problems = new Problems();
    ScanConfig config = config(text, Path.of("").toAbsolutePath(), problems);
    if (!problems.all().isEmpty()) {
      throw new AssertionError(problems.all());
    }
    return config;
  }

  static Verdict scan(Scanner scanner, byte[] body) {
    return scan(scanner, body, null);
  }

  static Verdict scan(Scanner scanner, byte[] body, @Nullable String coding) {
    return scan(scanner, List.of(ByteBuffer.wrap(body)), coding);
  }

  static Verdict scan(Scanner scanner, List<ByteBuffer> pieces, @Nullable String coding) {
    return begin(scanner, pieces, coding).orTimeout(60, TimeUnit.SECONDS).join();
  }

  static CompletableFuture<Verdict> begin(
      Scanner scanner, List<ByteBuffer> pieces, @Nullable String coding) {
    var verdict = new CompletableFuture<Verdict>();
    HeldBody body = held(scanner, pieces);
    scanner.scan(subject(coding), body, Runnable::run, verdict::complete);
    body.release();
    return verdict;
  }

  /** A whole body. */
  static HeldBody held(Scanner scanner, List<ByteBuffer> pieces) {
    HeldBody body = scanner.spool().begin();
    for (ByteBuffer piece : pieces) {
      body.add(piece.duplicate());
    }
    body.end();
    return body;
  }

  private static final String RECORD = "01890000-0000-7000-8000-000000000001";

  private static final Scanner.Heads HEADS =
      new Scanner.Heads() {
        @Override
        public Scanner.Head request() {
          return new Scanner.Head("GET http://files.example/a HTTP/1.1", List.of());
        }

        @Override
        public Optional<Scanner.Head> response() {
          return Optional.of(new Scanner.Head("HTTP/1.1 200 OK", List.of()));
        }

        @Override
        public String client() {
          return "192.0.2.7";
        }

        @Override
        public String user() {
          return "";
        }
      };

  /**
   * @param fields of the request
   */
  static Scanner.Subject upload(@Nullable String coding, HeadField... fields) {
    var heads =
        new Scanner.Heads() {
          @Override
          public Scanner.Head request() {
            return new Scanner.Head("PUT http://files.example/a HTTP/1.1", List.of(fields));
          }

          @Override
          public Optional<Scanner.Head> response() {
            return Optional.empty();
          }

          @Override
          public String client() {
            return HEADS.client();
          }

          @Override
          public String user() {
            return HEADS.user();
          }
        };
    return new Scanner.Subject(
        Scanner.Direction.UP, new DomainName("files.example"), "/a", null, -1, coding, heads, RECORD);
  }

  static Scanner.Subject subject(@Nullable String coding) {
    return new Scanner.Subject(
        Scanner.Direction.DOWN,
        new DomainName("files.example"),
        "/a",
        null,
        -1,
        coding,
        HEADS,
        RECORD);
  }

  /** Until it holds; half a minute is for ever. */
  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("what was waited for did not come");
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** Cuts a body into pieces of random size, empty ones among them. */
  static List<ByteBuffer> cut(byte[] body, Random random) {
    List<ByteBuffer> pieces = new ArrayList<>();
    int largest = 1 + random.nextInt(Math.max(1, body.length));
    for (int at = 0; at < body.length; ) {
      int length = Math.min(body.length - at, random.nextInt(largest + 1));
      pieces.add(ByteBuffer.wrap(body, at, length));
      at += length;
    }
    return pieces;
  }

  /** The EICAR test string, put together here so that no file of ours contains it. */
  static byte[] eicar() {
    String head = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$";
    return String.join("EICAR-STANDARD-", head, "ANTIVIRUS-TEST-FILE!$H+H*")
        .getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Text that compresses as pages do. */
  static byte[] page(int length, Random random) {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append("<p>").append(random.nextInt(1000)).append(" checkpoint</p>\n");
    }
    return bytes(text.substring(0, length));
  }

  /** A coding that is being written. */
  interface Coder {
    OutputStream over(OutputStream out) throws IOException;
  }

  static byte[] coded(byte[] body, Coder coder) {
    var out = new ByteArrayOutputStream();
    try (OutputStream coding = coder.over(out)) {
      coding.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static byte[] gzip(byte[] body) {
    return coded(body, GZIPOutputStream::new);
  }

  static byte[] zlib(byte[] body) {
    return coded(body, DeflaterOutputStream::new);
  }

  static byte[] bareDeflate(byte[] body) {
    return coded(
        body,
        out -> new DeflaterOutputStream(out, new Deflater(Deflater.DEFAULT_COMPRESSION, true)));
  }

  static byte[] zip(String name, byte[] content) {
    return coded(
        content,
        out -> {
          var zip = new ZipOutputStream(out);
          zip.putNextEntry(new ZipEntry(name));
          return zip;
        });
  }

  static byte[] join(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
