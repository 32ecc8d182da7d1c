package dev.sekisho.config;

/**
 * A place in a configuration or list file.
 *
 * @param file the file as the operator named it
 * @param line counted from 1; 0 when the whole file is meant
 * @param column counted from 1, in characters; 0 when the whole line is meant
 */
public record Mark(String file, int line, int column) {
  /** The file as a whole. */
  public static Mark file(String file) {
    return new Mark(file, 0, 0);
  }

  @Override
  public String toString() {
    if (line == 0) {
      return file;
    }
    return column == 0 ? file + ":" + line : file + ":" + line + ":" + column;
  }
}
