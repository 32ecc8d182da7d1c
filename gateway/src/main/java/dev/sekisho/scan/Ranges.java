package dev.sekisho.scan;

/** What becomes of a request for a part of something that is scanned ({@code scan.ranges}). */
public enum Ranges {
  /** The whole is fetched once and scanned; the client gets the part that it asked for. */
  WHOLE,
  /** The origin is asked for the part; what comes is {@code partial}, with the fate of that. */
  PART
}
