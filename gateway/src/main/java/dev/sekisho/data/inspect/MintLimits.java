package dev.sekisho.data.inspect;

/**
 * What minting may take.
 *
 * @param bytes of contexts kept, by estimate; what is above goes, least useful first
 * @param waiting names that may wait to be minted; more are refused
 * @param waitingOfOneClient names that may wait because one client asked for them
 * @param atOnce names minted at the same time. Half of the processors at most, so that a storm of
 *     new names leaves the event loops theirs
 */
public record MintLimits(long bytes, int waiting, int waitingOfOneClient, int atOnce) {
  public static MintLimits usual() {
    return new MintLimits(
        64L << 20, 1024, 128, Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
  }
}
