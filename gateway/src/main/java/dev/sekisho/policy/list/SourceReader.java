package dev.sekisho.policy.list;

import dev.sekisho.net.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the lines of one source. A list of millions of lines from somebody else always has a few
 * bad ones: they are counted and the first are told, never fatal. A line of any length is read in
 * bounded memory.
 */
final class SourceReader {
  private static final int BUFFER = 1 << 18;

  /** Longer than any entry can be: a name of 253 characters, or a URL. */
  private static final int MOST_BYTES = 4096;

  private final ListSource source;
  private final EntryReader entries;
  private final MessageDigest digest;
  private final byte[] line = new byte[MOST_BYTES];
  private int length;
  private int number;
  private long badCount;
  private final List<BadLines.BadLine> firstBad = new ArrayList<>();

  SourceReader(ListSource source, EntryReader entries, MessageDigest digest) {
    this.source = source;
    this.entries = entries;
    this.digest = digest;
  }

  /** Reads all of it; the digest has seen every byte then. */
  BadLines read() throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(source.path())) {
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        digest.update(buffer, 0, got);
        lines(buffer, got);
      }
    }
    if (length > 0) {
      endOfLine();
    }
    return new BadLines(source.label(), badCount, List.copyOf(firstBad));
  }

  private void lines(byte[] buffer, int got) {
    int from = 0;
    for (int i = 0; i < got; i++) {
      if (buffer[i] == '\n') {
        append(buffer, from, i);
        endOfLine();
        from = i + 1;
      }
    }
    append(buffer, from, got);
  }

  /**
   * Keeps what fits; the length goes on counting, so that an over-long line is known for what it
   * is.
   */
  private void append(byte[] buffer, int from, int to) {
    int fits = Math.min(to - from, MOST_BYTES - Math.min(length, MOST_BYTES));
    System.arraycopy(buffer, from, line, Math.min(length, MOST_BYTES), fits);
    length = Math.min(length + (to - from), Integer.MAX_VALUE / 2);
  }

  private void endOfLine() {
    number++;
    int bytes = length;
    length = 0;
    if (bytes > MOST_BYTES) {
      bad("it is longer than " + MOST_BYTES + " bytes");
      return;
    }
    String text = text(bytes);
    if (text.isEmpty()) {
      return;
    }
    try {
      entries.read(source.list(), source.format(), text);
    } catch (MalformedException e) {
      bad(e.reason());
    }
  }

  /** The line without its comment and the blanks around it. */
  private String text(int bytes) {
    int from = 0;
    int to = bytes;
    if (number == 1
        && bytes >= 3
        && line[0] == (byte) 0xef
        && line[1] == (byte) 0xbb
        && line[2] == (byte) 0xbf) {
      from = 3;
    }
    for (int i = from; i < to; i++) {
      // a URL may hold a number sign that is no comment
      if (line[i] == '#' && (i == from || blank(line[i - 1]))) {
        to = i;
      }
    }
    while (to > from && blank(line[to - 1])) {
      to--;
    }
    while (from < to && blank(line[from])) {
      from++;
    }
    return new String(line, from, to - from, StandardCharsets.UTF_8);
  }

  private static boolean blank(byte b) {
    return b == ' ' || b == '\t' || b == '\r';
  }

  private void bad(String reason) {
    badCount++;
    if (firstBad.size() < BadLines.SHOWN) {
      firstBad.add(new BadLines.BadLine(number, reason));
    }
  }
}
