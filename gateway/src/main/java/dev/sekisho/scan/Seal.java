package dev.sekisho.scan;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A header and a body of any length in an encrypted file that is read and written in pieces: eight
 * bytes that say what it is, a salt, then frames of a length and so many encrypted bytes.
 *
 * <p>Each file has a key of its own (HKDF-SHA256 of the key and the salt, RFC 5869); so a frame's
 * number is nonce enough for AES-256-GCM (NIST SP 800-38D), and no frame can be left out, doubled
 * or moved. The last one has another nonce than it would have in the middle, so that a file that
 * was cut does not end where it was cut.
 */
final class Seal {
  private static final byte[] MAGIC = {'S', 'K', 'Q', 'U', 'A', 'R', '\n', 1};
  private static final int SALT = 16;
  private static final int NONCE = 12;
  private static final int TAG = 16;
  private static final int FRAME = 64 << 10;
  private static final byte[] PURPOSE = "sekisho quarantine".getBytes(StandardCharsets.US_ASCII);

  /** Where a frame stands. */
  private enum Place {
    INSIDE,
    LAST
  }

  private final SecretKeySpec key;
  private final Cipher cipher;
  private long frames;

  private Seal(byte[] key, byte[] salt) {
    try {
      this.key =
          new SecretKeySpec(
              KDF.getInstance("HKDF-SHA256")
                  .deriveData(
                      HKDFParameterSpec.ofExtract()
                          .addIKM(key)
                          .addSalt(salt)
                          .thenExpand(PURPOSE, 32)),
              "AES");
      this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES-GCM and HKDF", e);
    }
  }

  /**
   * @param header at most 64 KiB
   */
  static void write(OutputStream to, byte[] key, byte[] header, InputStream body)
      throws IOException {
    byte[] salt = new byte[SALT];
    new SecureRandom().nextBytes(salt);
    var out = new DataOutputStream(to);
    out.write(MAGIC);
    out.write(salt);
    var seal = new Seal(key, salt);
    seal.writeFrame(out, header, header.length, Place.INSIDE);
    byte[] now = new byte[FRAME];
    byte[] next = new byte[FRAME];
    int count = body.readNBytes(now, 0, FRAME);
    int following = body.readNBytes(next, 0, FRAME);
    while (following > 0) {
      seal.writeFrame(out, now, count, Place.INSIDE);
      byte[] free = now;
      now = next;
      count = following;
      next = free;
      following = body.readNBytes(next, 0, FRAME);
    }
    seal.writeFrame(out, now, count, Place.LAST);
    out.flush();
  }

  private void writeFrame(DataOutputStream out, byte[] plain, int length, Place place)
      throws IOException {
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, nonce(place));
      out.writeInt(length);
      out.write(cipher.doFinal(plain, 0, length));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM takes any bytes", e);
    }
  }

  private GCMParameterSpec nonce(Place place) {
    ByteBuffer nonce = ByteBuffer.allocate(NONCE);
    nonce.put((byte) place.ordinal()).putLong(NONCE - Long.BYTES, frames++);
    return new GCMParameterSpec(TAG * Byte.SIZE, nonce.array());
  }

  /** A sealed file while it is read. */
  static final class Opened {
    private final DataInputStream in;
    private final Seal seal;
    private final byte[] header;

    private Opened(DataInputStream in, Seal seal) throws IOException {
      this.in = in;
      this.seal = seal;
      this.header = seal.readFrame(in, Place.INSIDE);
    }

    byte[] header() {
      return header;
    }

    /**
     * Writes the whole body; what was written before an exception is not to be trusted to be whole.
     *
     * @throws IOException where the file was changed or cut
     */
    void writeBody(OutputStream out) throws IOException {
      Place place = Place.INSIDE;
      while (place == Place.INSIDE) {
        in.mark(Integer.BYTES + FRAME + TAG + 1);
        int length = seal.length(in);
        in.skipNBytes(length + TAG);
        place = in.read() < 0 ? Place.LAST : Place.INSIDE;
        in.reset();
        out.write(seal.readFrame(in, place));
      }
    }
  }

  /**
   * @param from supports {@link InputStream#mark}
   * @throws IOException where it is no such file, the key is another, or it was changed
   */
  static Opened open(InputStream from, byte[] key) throws IOException {
    var in = new DataInputStream(from);
    try {
      if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
        throw new IOException("it is not a file of the quarantine");
      }
      byte[] salt = new byte[SALT];
      in.readFully(salt);
      return new Opened(in, new Seal(key, salt));
    } catch (EOFException e) {
      throw new IOException("it was cut", e);
    }
  }

  private int length(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > FRAME) {
      throw new IOException("it was changed");
    }
    return length;
  }

  private byte[] readFrame(DataInputStream in, Place place) throws IOException {
    byte[] sealed = new byte[length(in) + TAG];
    in.readFully(sealed);
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, nonce(place));
      return cipher.doFinal(sealed);
    } catch (AEADBadTagException e) {
      throw new IOException("the key is another one, or it was changed or cut", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM reads any bytes", e);
    }
  }
}
