package dev.sekisho.journal;

import org.jspecify.annotations.Nullable;

/** A way to show records as text: pure functions from a record to one line. */
public sealed interface RecordFormat
    permits TableFormat, JsonFormat, CsvFormat, SquidFormat, OcsfFormat {
  /** The names of the formats, as the command line knows them. */
  enum Name {
    TABLE,
    JSON,
    CSV,
    SQUID,
    OCSF
  }

  /**
   * The format of this name.
   *
   * @param width columns of the terminal; only the table looks at it
   */
  static RecordFormat of(Name name, int width) {
    return switch (name) {
      case TABLE -> new TableFormat(width, java.time.ZoneOffset.UTC);
      case JSON -> new JsonFormat();
      case CSV -> new CsvFormat();
      case SQUID -> new SquidFormat();
      case OCSF -> new OcsfFormat();
    };
  }

  /** What stands before the first record, without the end of line; null for nothing. */
  @Nullable String header();

  /** One record, without the end of line. */
  String line(LoggedRecord record);
}
