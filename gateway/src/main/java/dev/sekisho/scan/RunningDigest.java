package dev.sekisho.scan;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;

/**
 * The SHA-256 of a body while it comes. One thread at a time goes on with it: whoever writes the
 * body's file, and then whoever asks for it.
 */
final class RunningDigest {
  private final MessageDigest digest = Sha256.begin();
  private List<ByteBuffer> before;

  /**
   * @param before what came before the first chunk; taken by the thread that comes with that
   */
  RunningDigest(List<ByteBuffer> before) {
    this.before = before;
  }

  void update(byte[] chunk) {
    takeBefore();
    digest.update(chunk);
  }

  /** Of everything so far, and this behind it. */
  byte[] with(byte[] rest) {
    takeBefore();
    try {
      MessageDigest all = (MessageDigest) digest.clone();
      all.update(rest);
      return all.digest();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the SHA-256 of every Java can be cloned", e);
    }
  }

  private void takeBefore() {
    before.forEach(digest::update);
    before = List.of();
  }
}
