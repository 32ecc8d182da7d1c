package dev.sekisho.scan;

import java.util.Locale;

/** What the scanner says of one body. */
public sealed interface Verdict {
  /**
   * Read to its end, and nothing found.
   *
   * @param engine for the record, such as {@code clamd}
   */
  record Clean(String engine) implements Verdict {}

  /**
   * Something was found in it.
   *
   * @param name what was found, as the engine calls it
   */
  record Infected(String engine, String name) implements Verdict {}

  /**
   * It could not be scanned.
   *
   * @param detail one sentence for the record
   */
  record Unscanned(Reason reason, String detail, Fate fate) implements Verdict {}

  /** Why a body was not scanned; the words of {@code scan.unscanned}. */
  enum Reason {
    /** No engine answered. */
    ENGINE_DOWN,
    /** Longer than {@code scan.limit}. */
    TOO_LARGE,
    /** A stream that does not end, such as text/event-stream, or that did not end in time. */
    ENDLESS,
    /** A content coding that no engine can read. */
    UNREADABLE,
    /** No memory left to hold another body ({@code scan.memory}). */
    NO_ROOM;

    /** As written in the configuration and the journal. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What becomes of a body that was not scanned, as configured. */
  enum Fate {
    DELIVER,
    BLOCK
  }
}
