package dev.sekisho.app;

/** The version of this build; the pom has the same, and a test compares them. */
final class Version {
  static final String TEXT = "0.1.0";

  private Version() {}
}
