package dev.sekisho.identity;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everybody who can prove who they are, and the groups they are in. Immutable. */
public final class Users {
  private static final int USUAL_COST = 10;

  private final Map<String, StoredPassword> passwords;
  private final Map<String, Set<String>> groupsByUser;
  private final Set<String> groups;
  private final UserFiles.Stamp stamp;

  /**
   * @param members users by group, as the group file has them; of users without a password nobody
   *     will ever hear
   * @param stamp what the files looked like just before they were read
   */
  Users(
      Map<String, StoredPassword> passwords,
      Map<String, Set<String>> members,
      UserFiles.Stamp stamp) {
    this.stamp = stamp;
    this.passwords = Map.copyOf(passwords);
    this.groups = Set.copyOf(members.keySet());
    this.groupsByUser =
        passwords.keySet().stream()
            .collect(Collectors.toUnmodifiableMap(name -> name, name -> groupsWith(name, members)));
  }

  private static Set<String> groupsWith(String user, Map<String, Set<String>> members) {
    return members.entrySet().stream()
        .filter(group -> group.getValue().contains(user))
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  public Set<String> names() {
    return passwords.keySet();
  }

  /** The names of all groups. */
  public Set<String> groups() {
    return groups;
  }

  /** The groups of a user; none for a stranger. */
  public Set<String> groups(String user) {
    return groupsByUser.getOrDefault(user, Set.of());
  }

  UserFiles.Stamp stamp() {
    return stamp;
  }

  @Nullable StoredPassword password(String user) {
    return passwords.get(user);
  }

  /** What most passwords cost to check, so that a stranger's can be made to cost the same. */
  int usualCost() {
    return passwords.values().stream()
        .collect(Collectors.groupingBy(StoredPassword::cost, Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.<Integer, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElse(USUAL_COST);
  }
}
