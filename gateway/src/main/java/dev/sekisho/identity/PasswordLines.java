package dev.sekisho.identity;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Problems;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The lines of a password file. Nothing of a hash is ever shown. */
final class PasswordLines {
  /** From here on a check takes about a second of a core. */
  private static final int SLOW_COST = 14;

  private static final int WEAK_COST = 8;

  private PasswordLines() {}

  static Map<String, StoredPassword> read(List<UserFiles.Line> lines, Problems problems) {
    Map<String, StoredPassword> users = new LinkedHashMap<>();
    Map<String, Mark> places = new HashMap<>();
    for (UserFiles.Line line : lines) {
      if (!line.isBlankOrComment()) {
        read(line, users, places, problems);
      }
    }
    return users;
  }

  private static void read(
      UserFiles.Line line,
      Map<String, StoredPassword> users,
      Map<String, Mark> places,
      Problems problems) {
    int colon = line.text().indexOf(':');
    if (colon < 0) {
      problems.error(line.at(0), "a line is 'name:hash', and this one has no colon.");
      return;
    }
    String name = UserName.normal(line.text().substring(0, colon));
    Optional<String> fault = UserName.fault(name);
    if (fault.isPresent()) {
      problems.error(line.at(0), "the name cannot be used because " + fault.get() + ".");
      return;
    }
    Mark before = places.putIfAbsent(name, line.at(0));
    if (before != null) {
      problems.error(
          line.at(0), "the user '" + name + "' is at " + before + " already; remove one of them.");
      return;
    }
    String hash = line.text().substring(colon + 1).stripTrailing();
    Optional<StoredPassword> stored = StoredPassword.parse(hash);
    if (stored.isEmpty()) {
      problems.error(
          line.at(colon + 1),
          "the password of '"
              + name
              + "' is "
              + scheme(hash)
              + ", and only bcrypt is taken; set it anew: sekisho user add "
              + name);
      return;
    }
    judgeCost(line.at(colon + 1), name, stored.get().cost(), problems);
    users.put(name, stored.get());
  }

  private static void judgeCost(Mark mark, String name, int cost, Problems problems) {
    String what = "the password of '" + name + "' has cost " + cost;
    if (cost < StoredPassword.LEAST_COST || cost > StoredPassword.MOST_COST) {
      problems.error(
          mark,
          what
              + "; it has to be from "
              + StoredPassword.LEAST_COST
              + " to "
              + StoredPassword.MOST_COST
              + ". Set it anew: sekisho user add "
              + name);
    } else if (cost >= SLOW_COST) {
      problems.warning(mark, what + ", so that each check takes a second of a core or more.");
    } else if (cost < WEAK_COST) {
      problems.warning(
          mark,
          what + ", which is quick to guess where the file is stolen; sekisho user add " + name);
    }
  }

  private static String scheme(String hash) {
    if (hash.isEmpty()) {
      return "empty";
    }
    if (hash.startsWith("$apr1$")) {
      return "Apache's MD5 ($apr1$)";
    }
    if (hash.startsWith("{SHA}")) {
      return "unsalted SHA-1 ({SHA})";
    }
    if (hash.startsWith("$2x$")) {
      return "of a bcrypt that had an error ($2x$)";
    }
    if (hash.startsWith("$2")) {
      return "a bcrypt hash that is cut short or damaged";
    }
    if (hash.matches("\\$[a-z0-9-]{1,12}\\$.*")) {
      return "hashed otherwise (" + hash.substring(0, hash.indexOf('$', 1) + 1) + ")";
    }
    return hash.matches("[./A-Za-z0-9]{13}")
        ? "hashed by the old crypt, or plain text"
        : "plain text, or hashed otherwise";
  }
}
