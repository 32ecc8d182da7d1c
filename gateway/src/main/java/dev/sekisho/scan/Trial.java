package dev.sekisho.scan;

import dev.sekisho.net.DomainName;
import dev.sekisho.scan.EngineStatus.Blind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Two small bodies that nobody can look into: by the answer to them an engine shows whether it
 * tells. Both are zip files whose first entry's name begins with {@link #MARK}.
 */
final class Trial {
  static final String MARK = "sekisho-trial";

  /** clamd takes no MaxRecursion above 100; it is 17 unless configured. */
  private static final int NESTED = 120;

  /** An empty file or a very short one would not be looked at in any case. */
  private static final byte[] CONTENT =
      "A file by which a gateway tries its virus scanner; it does no harm.\n"
          .getBytes(StandardCharsets.US_ASCII);

  private static final int LOCAL_FLAGS = 6;
  private static final int CENTRAL_FLAGS = 8;
  private static final byte ENCRYPTED = 1;

  private Trial() {}

  /** The body that an engine cannot look into for this reason. */
  static byte[] of(Blind kind) {
    return switch (kind) {
      case ENCRYPTED -> encrypted();
      case LIMITS -> nested();
    };
  }

  /** One that every engine can look into, for comparison. */
  static byte[] plain() {
    return CONTENT.clone();
  }

  /**
   * An entry that is marked as encrypted (APPNOTE 4.4.4, bit 0 of the flags). There is no password
   * that opens it.
   */
  static byte[] encrypted() {
    byte[] zip = stored(MARK + "-encrypted", CONTENT);
    zip[LOCAL_FLAGS] |= ENCRYPTED;
    zip[centralDirectory(zip) + CENTRAL_FLAGS] |= ENCRYPTED;
    return zip;
  }

  /** Gzip within gzip, deeper than any clamd unpacks. Some 2 KB. */
  static byte[] nested() {
    byte[] inner = CONTENT;
    for (int i = 0; i < NESTED; i++) {
      var out = new ByteArrayOutputStream();
      try (var gzip = new GZIPOutputStream(out)) {
        gzip.write(inner);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      inner = out.toByteArray();
    }
    return stored(MARK + "-nested.gz", inner);
  }

  /** In an ordinary message, from a host that does not exist. */
  static Body body(Scanner.Direction direction, byte[] bytes) {
    String url = "http://sekisho.invalid/" + MARK;
    Scanner.Head response =
        new Scanner.Head(
            "HTTP/1.1 200 OK", List.of(new HeadField("Content-Type", "application/octet-stream")));
    Scanner.Heads heads =
        switch (direction) {
          case DOWN ->
              new Around(
                  new Scanner.Head("GET " + url + " HTTP/1.1", List.of()), Optional.of(response));
          case UP ->
              new Around(new Scanner.Head("PUT " + url + " HTTP/1.1", List.of()), Optional.empty());
        };
    var subject =
        new Scanner.Subject(
            direction,
            new DomainName("sekisho.invalid"),
            "/" + MARK,
            "application/octet-stream",
            bytes.length,
            null,
            heads,
            "");
    return new Body(
        subject,
        new Bytes(bytes),
        Optional.of(ContentCodings.NONE),
        DecodedLimits.of(bytes.length));
  }

  /** Nobody asks for it. */
  private record Around(Scanner.Head request, Optional<Scanner.Head> response)
      implements Scanner.Heads {
    @Override
    public String client() {
      return "";
    }

    @Override
    public String user() {
      return "";
    }
  }

  private static final class Bytes implements Body.Source {
    private final byte[] bytes;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public long length() {
      return bytes.length;
    }
  }

  private static byte[] stored(String name, byte[] content) {
    var entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      zip.putNextEntry(entry);
      zip.write(content);
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Its first header, searched from behind, where no content can look like one. */
  private static int centralDirectory(byte[] zip) {
    for (int at = zip.length - 4; at > 0; at--) {
      if (zip[at] == 'P' && zip[at + 1] == 'K' && zip[at + 2] == 1 && zip[at + 3] == 2) {
        return at;
      }
    }
    throw new IllegalStateException("a zip file without a central directory");
  }
}
