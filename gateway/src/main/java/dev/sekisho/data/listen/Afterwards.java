package dev.sekisho.data.listen;

/** What happens to a client's connection once an answer is out. */
enum Afterwards {
  KEEP,
  CLOSE;

  static Afterwards of(boolean keep) {
    return keep ? KEEP : CLOSE;
  }
}
