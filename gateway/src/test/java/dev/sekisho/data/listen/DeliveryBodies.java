package dev.sekisho.data.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sekisho.data.listen.DeliveryRow.Coding;
import dev.sekisho.data.listen.DeliveryRow.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The bytes of deliveries. */
final class DeliveryBodies {
  /** In pieces, so that no scanner takes this file for one. */
  static final byte[] EICAR =
      ("X5O!P%@AP[4\\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*")
          .getBytes(ISO_8859_1);

  /** clamd's MaxRecursion is 17 unless configured. */
  private static final int DEEPER = 30;

  private static final int ENCRYPTED_LOCAL = 6;
  private static final int ENCRYPTED_CENTRAL = 8;
  private static final int TAR_BLOCK = 512;

  /** The largest block of brotli with a length of four nibbles is of 64 KiB; zstd takes 128. */
  private static final int BLOCK = 60_000;

  private DeliveryBodies() {}

  /** The body of a row as it is sent, without the framing. */
  static byte[] of(DeliveryRow row) {
    return coded(row.coding(), content(row.content(), row.size().bytes()));
  }

  private static byte[] content(Content content, int filling) {
    byte[] noise = noise(filling);
    return switch (content) {
      case EICAR -> join(EICAR, noise);
      case ZIP -> zip(noise, EICAR);
      case ZIP_IN_ZIP -> zip(noise, zip(new byte[0], EICAR));
      case TAR_GZ -> gzip(join(tar("first", noise), tar("eicar.com", EICAR), new byte[1024]));
      case ENCRYPTED_ZIP -> encrypted(noise);
      case TEXT -> filling == 0 ? new byte[] {'x'} : text(filling);
      case NOISE -> filling == 0 ? noise(30) : noise;
      case TOO_DEEP -> deep(noise);
    };
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] text(int length) {
    return Arrays.copyOf(Base64.getMimeEncoder().encode(noise(length)), length);
  }

  private static byte[] deep(byte[] filling) {
    byte[] nested = join("the innermost".getBytes(ISO_8859_1), filling);
    for (int i = 0; i < DEEPER; i++) {
      nested = gzip(nested);
    }
    return nested;
  }

  private static byte[] zip(byte[] first, byte[] second) {
    return written(out -> {
      try (var zip = new ZipOutputStream(out)) {
        if (first.length > 0) {
          zip.putNextEntry(new ZipEntry("first.bin"));
          zip.write(first);
        }
        zip.putNextEntry(new ZipEntry("second.bin"));
        zip.write(second);
      }
    });
  }

  /** Of one file, which is said to need a password. */
  private static byte[] encrypted(byte[] filling) {
    byte[] zip = zip(new byte[0], join("secret".getBytes(ISO_8859_1), filling));
    int central = new String(zip, ISO_8859_1).lastIndexOf("PK\1\2");
    zip[ENCRYPTED_LOCAL] |= 1;
    zip[central + ENCRYPTED_CENTRAL] |= 1;
    return zip;
  }

  /** One file of a tar archive (POSIX ustar). */
  private static byte[] tar(String name, byte[] content) {
    byte[] head = new byte[TAR_BLOCK];
    put(head, 0, name);
    put(head, 100, "0000644\0000000000\0000000000\0");
    put(head, 124, "%011o\00000000000000\0".formatted(content.length));
    put(head, 148, "        0");
    put(head, 257, "ustar\00000");
    int sum = 0;
    for (byte b : head) {
      sum += b & 0xff;
    }
    put(head, 148, "%06o\0 ".formatted(sum));
    int padded = (content.length + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    return join(head, Arrays.copyOf(content, padded));
  }

  private static void put(byte[] into, int at, String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    System.arraycopy(bytes, 0, into, at, bytes.length);
  }

  private static byte[] coded(Coding coding, byte[] content) {
    return switch (coding) {
      case NONE, UNKNOWN -> content;
      case GZIP -> gzip(content);
      case ZLIB -> deflated(content, new Deflater());
      case BARE_DEFLATE -> deflated(content, new Deflater(Deflater.DEFAULT_COMPRESSION, true));
      case BR -> brotli(content);
      case ZSTD -> zstd(content);
      case BR_IN_GZIP -> gzip(brotli(content));
      case AWS_CHUNKED -> awsChunked(content);
      case DAMAGED_GZIP -> damaged(gzip(content));
    };
  }

  static byte[] gzip(byte[] content) {
    return written(out -> {
      try (var gzip = new GZIPOutputStream(out)) {
        gzip.write(content);
      }
    });
  }

  private static byte[] damaged(byte[] gzip) {
    byte[] wrong = gzip.clone();
    wrong[wrong.length - 2 * Integer.BYTES] ^= 1;
    return wrong;
  }

  private static byte[] deflated(byte[] content, Deflater deflater) {
    return written(out -> {
      try (var deflate = new DeflaterOutputStream(out, deflater)) {
        deflate.write(content);
      } finally {
        deflater.end();
      }
    });
  }

  /** Uncompressed meta-blocks (RFC 7932 section 9.2). */
  private static byte[] brotli(byte[] content) {
    var out = new ByteArrayOutputStream();
    for (int at = 0; at < content.length; at += BLOCK) {
      int length = Math.min(BLOCK, content.length - at);
      int window = at == 0 ? 1 : 0;
      littleEndian(out, ((length - 1) | (1 << 16)) << (3 + window));
      out.write(content, at, length);
    }
    out.write(3);
    return out.toByteArray();
  }

  /** Raw blocks (RFC 8878 section 3.1.1.2), in a frame with a window of 1 MiB and no checksum. */
  private static byte[] zstd(byte[] content) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(HexFormat.of().parseHex("28b52ffd0050"));
    for (int at = 0; at < content.length; at += BLOCK) {
      int length = Math.min(BLOCK, content.length - at);
      littleEndian(out, (length << 3) | (at + length == content.length ? 1 : 0));
      out.write(content, at, length);
    }
    return out.toByteArray();
  }

  private static void littleEndian(ByteArrayOutputStream out, int threeBytes) {
    out.write(threeBytes);
    out.write(threeBytes >> 8);
    out.write(threeBytes >> 16);
  }

  /** As an object store takes it, with a checksum behind it. */
  private static byte[] awsChunked(byte[] content) {
    var crc = new CRC32();
    crc.update(content);
    String sum = "x-amz-checksum-crc32:" + HexFormat.of().toHexDigits((int) crc.getValue());
    return join(pieces(content), ("0\r\n" + sum + "\r\n\r\n").getBytes(ISO_8859_1));
  }

  /** A body in chunks (RFC 9112 section 7.1). */
  static byte[] chunked(byte[] body) {
    return join(pieces(body), "0\r\n\r\n".getBytes(ISO_8859_1));
  }

  private static byte[] pieces(byte[] body) {
    var out = new ByteArrayOutputStream();
    int step = body.length < 1000 ? 50 : 10_000;
    for (int at = 0; at < body.length; at += step) {
      int length = Math.min(step, body.length - at);
      out.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(ISO_8859_1));
      out.write(body, at, length);
      out.writeBytes(new byte[] {'\r', '\n'});
    }
    return out.toByteArray();
  }

  private interface Writing {
    void to(OutputStream out) throws IOException;
  }

  private static byte[] written(Writing writing) {
    var out = new ByteArrayOutputStream();
    try {
      writing.to(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static byte[] join(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
