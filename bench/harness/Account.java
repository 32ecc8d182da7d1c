package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.List;

/**
 * The user a proxy runs as. Proxies run unprivileged, because the kernel gives root as many pipe buffers as it asks for and an
 * ordinary user 64 MiB of them; each has a user of its own, because that budget is counted by user. Where the harness itself is not
 * root, everything runs as whoever started it.
 */
record Account(String user) {
  static final Account OURS = new Account("");
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

  List<String> prefix() {
    return switched()
        ? List.of("setpriv", "--reuid=" + user, "--regid=" + groupOf(user), "--clear-groups", "--")
        : List.of();
  }

  void own(Path path) throws IOException {
    if (switched()) {
      var users = path.getFileSystem().getUserPrincipalLookupService();
      Files.getFileAttributeView(path, PosixFileAttributeView.class).setOwner(users.lookupPrincipalByName(user));
    }
  }

  private boolean switched() {
    return ROOT && !user.isEmpty();
  }

  private static String groupOf(String user) {
    return user.equals("nobody") ? "nogroup" : user;
  }

  @Override
  public String toString() {
    return switched() ? user : System.getProperty("user.name");
  }
}
