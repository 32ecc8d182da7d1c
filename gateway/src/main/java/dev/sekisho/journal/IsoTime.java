package dev.sekisho.journal;

/**
 * Writes {@code 2026-11-24T06:15:14.123456Z}, always 27 bytes. The last second's text is kept,
 * because records of one event loop share it by the thousand. Not thread-safe.
 */
final class IsoTime {
  static final int LENGTH = 27;
  private static final long MICROS = 1_000_000L;
  private static final long DAY = 86_400L;

  private final byte[] text = new byte[LENGTH];
  private long second = Long.MIN_VALUE;

  IsoTime() {
    text[4] = '-';
    text[7] = '-';
    text[10] = 'T';
    text[13] = ':';
    text[16] = ':';
    text[19] = '.';
    text[26] = 'Z';
  }

  /** Microseconds since 1970. */
  static long micros(java.time.Instant instant) {
    return instant.getEpochSecond() * MICROS + instant.getNano() / 1000;
  }

  /** Writes the time, microseconds since 1970, years 0 to 9999. */
  void write(long micros, byte[] target, int at) {
    long wanted = Math.floorDiv(micros, MICROS);
    if (wanted != second) {
      second(wanted);
    }
    digits(text, 20, (int) Math.floorMod(micros, MICROS), 6);
    System.arraycopy(text, 0, target, at, LENGTH);
  }

  private void second(long wanted) {
    second = wanted;
    long days = Math.floorDiv(wanted, DAY);
    int rest = (int) Math.floorMod(wanted, DAY);
    digits(text, 11, rest / 3600, 2);
    digits(text, 14, rest / 60 % 60, 2);
    digits(text, 17, rest % 60, 2);
    java.time.LocalDate date = java.time.LocalDate.ofEpochDay(days);
    digits(text, 0, date.getYear(), 4);
    digits(text, 5, date.getMonthValue(), 2);
    digits(text, 8, date.getDayOfMonth(), 2);
  }

  private static void digits(byte[] target, int at, int value, int count) {
    int rest = value;
    for (int i = at + count - 1; i >= at; i--) {
      target[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }
}
