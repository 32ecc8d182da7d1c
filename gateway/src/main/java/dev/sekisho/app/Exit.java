package dev.sekisho.app;

/** Exit statuses: other people's scripts rest on them. */
final class Exit {
  static final int FINE = 0;
  static final int USER_ERROR = 1;
  static final int USAGE = 2;
  static final int DENIED = 3;
  static final int DEFECT = 70;

  private Exit() {}
}
