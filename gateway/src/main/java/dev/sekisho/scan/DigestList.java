package dev.sekisho.scan;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Problems;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files of SHA-256 digests: one in hex on each line, then, after blanks, a name if there is one, as
 * {@code sha256sum} writes them. Empty lines and lines that begin with {@code #} are passed over.
 */
final class DigestList {
  private static final Pattern LINE =
      Pattern.compile("([0-9a-fA-F]{64})(?:[ \\t]+\\*?(\\S.*?))?\\s*");

  /** A file of another format would have an error on every line. */
  private static final int ERRORS_PER_FILE = 5;

  private static final int LONGEST_NAME = 200;

  private DigestList() {}

  /**
   * @param mark where the files are named, for a file that cannot be read
   */
  static DigestSet read(List<Path> files, Mark mark, Problems problems) {
    var digests = new DigestSet.Builder();
    for (Path file : files) {
      try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        readLines(file, lines, digests, problems);
      } catch (IOException e) {
        problems.error(
            mark,
            "scan: the list "
                + file
                + " cannot be read ("
                + e.getClass().getSimpleName()
                + "); it must be a text file with one SHA-256 digest a line.");
      }
    }
    return digests.build();
  }

  private static void readLines(
      Path file, BufferedReader lines, DigestSet.Builder digests, Problems problems)
      throws IOException {
    int number = 0;
    int errors = 0;
    for (String line = lines.readLine();
        line != null && errors < ERRORS_PER_FILE;
        line = lines.readLine()) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        String name =
            matcher.group(2) == null ? "" : Printable.text(matcher.group(2), LONGEST_NAME);
        digests.add(HexFormat.of().parseHex(matcher.group(1)), name);
      } else {
        errors++;
        problems.error(
            new Mark(file.toString(), number, 0),
            "expected 64 hexadecimal digits, then a name if there is one.");
      }
    }
  }
}
