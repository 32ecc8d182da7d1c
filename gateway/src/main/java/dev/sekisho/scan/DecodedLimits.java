package dev.sekisho.scan;

import dev.sekisho.config.Section;

/**
 * How much a body may become when its codings are undone ({@code scan.decoded}). Two bounds, since
 * they mean different things: the limit is what an engine is asked to look at, and the ratio is
 * what nobody sends who does not mean harm.
 *
 * @param limit bytes that all codings of one body may give together
 * @param ratio how many times the length of the body as it was sent each of them may give
 */
public record DecodedLimits(long limit, int ratio) {
  /**
   * Deflate cannot make anything more than 1032 times smaller, so the default never hits gzip, not
   * even a log of one line or a disk image of zeros; their size is bounded by the limit. What is
   * compressed further holds nothing but repetitions.
   */
  static final int USUAL_RATIO = 1100;

  /** So much is never too much: a ratio says nothing of a small body. */
  static final long FREE = 8L << 20;

  private static final int TIMES_LIMIT = 10;
  private static final long USUAL_LEAST = 64L << 20;
  private static final long USUAL_MOST = 4L << 30;
  private static final long LARGEST = 1L << 40;

  /** With the usual ratio. */
  static DecodedLimits of(long limit) {
    return new DecodedLimits(limit, USUAL_RATIO);
  }

  /**
   * What an absent section means.
   *
   * @param bodyLimit {@code scan.limit}
   */
  static DecodedLimits usual(long bodyLimit) {
    return of(Math.clamp(bodyLimit * TIMES_LIMIT, USUAL_LEAST, Math.max(USUAL_MOST, bodyLimit)));
  }

  static DecodedLimits read(Section section, DecodedLimits otherwise) {
    var read =
        new DecodedLimits(
            section.bytes("limit", otherwise.limit),
            section.integer("ratio", otherwise.ratio, 10, 1_000_000));
    section.end();
    if (read.limit < 1 << 20 || read.limit > LARGEST) {
      section
          .problems()
          .error(
              section.markOf("limit"),
              section.name() + ".limit: expected 1MiB to 1024GiB, found " + read.limit + ".");
    }
    return read;
  }

  /**
   * The most that one coding of a body may give.
   *
   * @param length of the body as it was sent
   */
  public long byRatio(long length) {
    return length > Long.MAX_VALUE / ratio ? Long.MAX_VALUE : Math.max(FREE, length * ratio);
  }
}
