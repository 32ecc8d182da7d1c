package dev.sekisho.identity;

import dev.sekisho.config.Problems;
import dev.sekisho.config.Spelling;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The lines of a group file: {@code group: name name}; a group may have several lines. */
final class GroupLines {
  private static final Pattern WORD = Pattern.compile("[^ \t]+");

  private GroupLines() {}

  static Map<String, Set<String>> read(
      List<UserFiles.Line> lines, Set<String> users, Problems problems) {
    Map<String, Set<String>> groups = new LinkedHashMap<>();
    for (UserFiles.Line line : lines) {
      if (!line.isBlankOrComment()) {
        read(line, users, groups, problems);
      }
    }
    return groups;
  }

  private static void read(
      UserFiles.Line line, Set<String> users, Map<String, Set<String>> groups, Problems problems) {
    int colon = line.text().indexOf(':');
    if (colon < 0) {
      problems.error(line.at(0), "a line is 'group: name name', and this one has no colon.");
      return;
    }
    String group = UserName.normal(line.text().substring(0, colon));
    Optional<String> fault = UserName.fault(group);
    if (fault.isPresent()) {
      problems.error(line.at(0), "the group's name cannot be used because " + fault.get() + ".");
      return;
    }
    Set<String> members = groups.computeIfAbsent(group, _ -> new LinkedHashSet<>());
    Matcher word = WORD.matcher(line.text());
    for (int from = colon + 1; word.find(from); from = word.end()) {
      String name = UserName.normal(word.group());
      if (!users.contains(name)) {
        String hint =
            Spelling.nearest(name, users).map(near -> " Did you mean '" + near + "'?").orElse("");
        problems.warning(
            line.at(word.start()),
            "the group '"
                + group
                + "' has '"
                + name
                + "', who is not in the password file."
                + hint);
      }
      members.add(name);
      if (word.end() == line.text().length()) {
        break;
      }
    }
  }
}
