package dev.sekisho.journal;

import org.jspecify.annotations.Nullable;

/** Each record as it stands in the journal: one JSON object per line. */
final class JsonFormat implements RecordFormat {
  @Override
  public @Nullable String header() {
    return null;
  }

  @Override
  public String line(LoggedRecord record) {
    return record.json();
  }
}
