package dev.sekisho.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What credentials are remembered by: a hash under a key that is made at start and never leaves the
 * process. Whoever reads the memory finds no password, and whoever measures how long a comparison
 * takes learns nothing, for nobody outside can choose two fingerprints that are alike.
 */
final class Fingerprints {
  /** 128 bits of an HMAC of SHA-256. */
  record Fingerprint(long high, long low) {}

  private final SecretKeySpec key;
  private final ThreadLocal<Mac> macs;

  Fingerprints() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    key = new SecretKeySpec(random, "HmacSHA256");
    macs = ThreadLocal.withInitial(this::mac);
  }

  Fingerprint of(String credentials) {
    byte[] hash = macs.get().doFinal(credentials.getBytes(StandardCharsets.UTF_8));
    ByteBuffer buffer = ByteBuffer.wrap(hash);
    return new Fingerprint(buffer.getLong(), buffer.getLong());
  }

  private Mac mac() {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }
}
