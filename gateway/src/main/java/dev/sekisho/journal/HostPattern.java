package dev.sekisho.journal;

import java.util.Locale;

/** A host as people ask for it: a name, a name and everything below it, or a pattern. */
sealed interface HostPattern {
  boolean matches(String host);

  static HostPattern parse(String text) {
    String pattern = text.toLowerCase(Locale.ROOT);
    if (pattern.indexOf('*') >= 0) {
      return new Glob(pattern);
    }
    return pattern.startsWith(".") ? new Below(pattern) : new Exact(pattern);
  }

  record Exact(String name) implements HostPattern {
    @Override
    public boolean matches(String host) {
      return host.equalsIgnoreCase(name);
    }
  }

  record Below(String suffix) implements HostPattern {
    @Override
    public boolean matches(String host) {
      String lower = host.toLowerCase(Locale.ROOT);
      return lower.endsWith(suffix) || lower.equals(suffix.substring(1));
    }
  }

  /**
   * A star stands for any characters, dots included. Takes time linear in pattern times host,
   * whatever the pattern.
   */
  record Glob(String pattern) implements HostPattern {
    @Override
    public boolean matches(String host) {
      String text = host.toLowerCase(Locale.ROOT);
      int at = 0;
      int in = 0;
      int star = -1;
      int retry = 0;
      while (at < text.length()) {
        if (in < pattern.length() && pattern.charAt(in) == '*') {
          star = in++;
          retry = at;
        } else if (in < pattern.length() && pattern.charAt(in) == text.charAt(at)) {
          in++;
          at++;
        } else if (star >= 0) {
          in = star + 1;
          at = ++retry;
        } else {
          return false;
        }
      }
      while (in < pattern.length() && pattern.charAt(in) == '*') {
        in++;
      }
      return in == pattern.length();
    }
  }
}
