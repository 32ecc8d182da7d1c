package dev.sekisho.app;

/** So many of something, as people say it: {@code 1 rule}, {@code 2 rules}. */
record Count(long number, String thing) {
  String text() {
    return number + " " + (number == 1 ? thing : thing + "s");
  }
}
