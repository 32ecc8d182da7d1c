package dev.sekisho.data.inspect;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The keys by which clients resume sessions, of one epoch: the first seals new tickets, the second
 * still opens those of the epoch before. An epoch takes new names for a day, and no leaf is kept
 * longer than {@link LeafMint#LONGEST_KEPT}, so no key seals for more than two days or opens for
 * more than three.
 *
 * @param keys the newest first; name, HMAC key and AES key in one
 */
record TicketKeys(java.util.List<byte[]> keys) {
  static TicketKeys fresh(SecureRandom random) {
    return new TicketKeys(java.util.List.of(key(random)));
  }

  TicketKeys rotated(SecureRandom random) {
    return new TicketKeys(java.util.List.of(key(random), keys.getFirst()));
  }

  OpenSslSessionTicketKey[] openSsl() {
    return keys.stream().map(TicketKeys::parts).toArray(OpenSslSessionTicketKey[]::new);
  }

  private static byte[] key(SecureRandom random) {
    byte[] key = new byte[OpenSslSessionTicketKey.TICKET_KEY_SIZE];
    random.nextBytes(key);
    return key;
  }

  private static OpenSslSessionTicketKey parts(byte[] key) {
    int name = OpenSslSessionTicketKey.NAME_SIZE;
    int hmac = name + OpenSslSessionTicketKey.HMAC_KEY_SIZE;
    return new OpenSslSessionTicketKey(
        Arrays.copyOfRange(key, 0, name),
        Arrays.copyOfRange(key, name, hmac),
        Arrays.copyOfRange(key, hmac, hmac + OpenSslSessionTicketKey.AES_KEY_SIZE));
  }
}
