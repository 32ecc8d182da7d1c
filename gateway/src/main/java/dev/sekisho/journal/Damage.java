package dev.sekisho.journal;

import java.nio.file.Path;

/**
 * A place in a segment that cannot be read, or where something is missing.
 *
 * @param file the segment
 * @param offset where it begins, in bytes
 * @param length how far it goes, in bytes; 0 when nothing stands there
 * @param what what is wrong, for people
 */
public record Damage(Path file, long offset, long length, Kind kind, String what) {
  public enum Kind {
    /**
     * The last entry of a segment whose writer died is not whole. Nothing that had been
     * acknowledged is lost by the death of a process.
     */
    TORN,
    /** Bytes were changed. */
    CORRUPT,
    /** Entries that were there are not there any more. */
    MISSING,
    /** The file does not begin like a segment. */
    NO_SEGMENT
  }

  @Override
  public String toString() {
    return file + ": at byte " + offset + ": " + what;
  }
}
