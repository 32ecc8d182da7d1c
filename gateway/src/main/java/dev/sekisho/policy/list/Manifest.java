package dev.sekisho.policy.list;

import dev.sekisho.net.Cidr;
import dev.sekisho.net.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What an index was built from, kept in the index itself as lines of tab-separated words, so that
 * the next start knows whether it can be used as it is; and what is too small to be mapped: the
 * ranges, and the lines that could not be used.
 */
record Manifest(List<Origin> origins, List<Compilation.Range> ranges, List<BadLines> bad) {
  /**
   * A source as it was when it was read.
   *
   * @param modified microseconds since 1970
   * @param sha256 of its bytes, in hexadecimal
   */
  record Origin(int list, ListFormat format, String path, long size, long modified, String sha256) {
    static Origin of(ListSource source, String sha256) throws IOException {
      return new Origin(
          source.list(),
          source.format(),
          clean(source.path().toString()),
          Files.size(source.path()),
          modified(source.path()),
          sha256);
    }

    /**
     * Whether the source still has what it had: surely when size and time are the same, else its
     * bytes are looked at.
     */
    boolean stillIs(ListSource source) throws IOException {
      if (list != source.list()
          || format != source.format()
          || !path.equals(clean(source.path().toString()))
          || Files.size(source.path()) != size) {
        return false;
      }
      return modified(source.path()) == modified || Manifest.sha256(source.path()).equals(sha256);
    }

    private static long modified(Path path) throws IOException {
      return Files.getLastModifiedTime(path).to(TimeUnit.MICROSECONDS);
    }
  }

  boolean isOf(List<ListSource> sources) throws IOException {
    if (origins.size() != sources.size()) {
      return false;
    }
    for (int i = 0; i < sources.size(); i++) {
      if (!origins.get(i).stillIs(sources.get(i))) {
        return false;
      }
    }
    return true;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (Origin o : origins) {
      line(text, "source", o.list, o.format, o.size, o.modified, o.sha256, o.path);
    }
    for (Compilation.Range range : ranges) {
      line(text, "range", range.list(), range.cidr());
    }
    for (BadLines lines : bad) {
      line(text, "bad", lines.count(), clean(lines.label()));
      for (BadLines.BadLine one : lines.first()) {
        line(text, "line", one.line(), clean(one.reason()));
      }
    }
    return text.toString();
  }

  private static void line(StringBuilder text, Object... words) {
    for (int i = 0; i < words.length; i++) {
      text.append(i == 0 ? "" : "\t").append(words[i]);
    }
    text.append('\n');
  }

  /** Empty when it is not as {@link #text} writes it: then the index is built again. */
  static Optional<Manifest> parse(String text) {
    List<Origin> origins = new ArrayList<>();
    List<Compilation.Range> ranges = new ArrayList<>();
    List<BadLines> bad = new ArrayList<>();
    try {
      for (String line : text.lines().toList()) {
        String[] words = line.split("\t", -1);
        switch (words[0]) {
          case "source" ->
              origins.add(
                  new Origin(
                      Integer.parseInt(words[1]),
                      ListFormat.valueOf(words[2]),
                      words[6],
                      Long.parseLong(words[3]),
                      Long.parseLong(words[4]),
                      words[5]));
          case "range" ->
              ranges.add(new Compilation.Range(Integer.parseInt(words[1]), Cidr.parse(words[2])));
          case "bad" ->
              bad.add(new BadLines(words[2], Long.parseLong(words[1]), new ArrayList<>()));
          case "line" ->
              bad.getLast().first().add(new BadLines.BadLine(Integer.parseInt(words[1]), words[2]));
          default -> throw new IllegalArgumentException(words[0]);
        }
      }
    } catch (MalformedException
        | IllegalArgumentException
        | IndexOutOfBoundsException
        | java.util.NoSuchElementException _) {
      // written by another version, or cut: the lists are compiled anew, which says what is wrong
      return Optional.empty();
    }
    return Optional.of(new Manifest(origins, ranges, bad));
  }

  private static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static String sha256(Path path) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(path)) {
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        digest.update(buffer, 0, got);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
