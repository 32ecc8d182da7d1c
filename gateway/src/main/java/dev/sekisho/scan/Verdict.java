package dev.sekisho.scan;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What the scanner says of one body. */
public sealed interface Verdict {
  /**
   * Read to its end, and nothing found.
   *
   * @param engine for the record, such as {@code clamd}
   * @param instead what an ICAP server wants to be delivered in its place
   * @param caveat for the record, where an engine is known to call clean what it did not look at
   */
  record Clean(String engine, Optional<Replacement> instead, Optional<String> caveat)
      implements Verdict {
    public Clean(String engine) {
      this(engine, Optional.empty(), Optional.empty());
    }

    public Clean(String engine, Optional<Replacement> instead) {
      this(engine, instead, Optional.empty());
    }
  }

  /**
   * Something was found in it.
   *
   * @param name what was found, as the engine calls it
   * @param page what an ICAP server says to the client in the place of our own page
   */
  record Infected(String engine, String name, Optional<Replacement> page) implements Verdict {
    /** With these a client would try to prove who it is, to somebody who does not ask it. */
    private static final Set<Integer> OF_CREDENTIALS = Set.of(401, 407);

    public Infected(String engine, String name) {
      this(engine, name, Optional.empty());
    }

    /** What the client is told it with: 403, or the page's own status where that refuses. */
    public int status() {
      return page.map(Replacement::status)
          .filter(given -> given >= 400 && given < 600 && !OF_CREDENTIALS.contains(given))
          .orElse(403);
    }
  }

  /**
   * It could not be scanned.
   *
   * @param detail one sentence for the record
   */
  record Unscanned(Reason reason, String detail, Fate fate) implements Verdict {}

  /** Why a body was not scanned; the words of {@code scan.unscanned}. */
  enum Reason {
    /** Longer than {@code scan.limit}, also when its codings are undone. */
    TOO_BIG,
    /** An archive that only a password opens. */
    ENCRYPTED,
    /** A coding that cannot be undone here, or not to its end. */
    UNDECODABLE,
    /** A part of something larger, whose whole was not scanned. */
    PARTIAL,
    /** No engine answered. */
    ENGINE_DOWN,
    /** An engine did not look at all of it, because of limits of its own. */
    ENGINE_LIMIT,
    /** The engines took longer than {@code scan.engine-timeout}. */
    TIMEOUT,
    /** A line of {@code scan.rules} says so, or it is a message too short to be scanned. */
    EXCLUDED_BY_RULE,
    /** A stream that does not end, such as text/event-stream, or that did not end in time. */
    ENDLESS,
    /** No room left to hold another body ({@code scan.spool}). */
    SPOOL_FULL;

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
