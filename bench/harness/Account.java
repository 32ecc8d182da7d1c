package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.List;

/**
 * The user a proxy runs as. Proxies run unprivileged, because the kernel gives root as many pipe
 * buffers as it asks for and an ordinary user 64 MiB of them; each has a user of its own, because
 * that budget is counted by user. Where the harness itself is not root, everything runs as whoever
 * started it.
 */
record Account(String user, List<String> prefix) {
  private static final String STARTER = System.getProperty("user.name");
  private static final boolean ROOT = STARTER.equals("root");

  static final Account OURS = new Account(STARTER, List.of());

  static Account of(String user, String group) {
    return ROOT
        ? new Account(
            user, List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--clear-groups", "--"))
        : OURS;
  }

  /**
   * Who can run a program of this checkout: {@code nobody}, or, where the checkout is closed to
   * others, root without its capabilities, to whom the kernel gives no more pipes than to anybody.
   */
  static Account ableToRun(Testbed bed, Path program) throws InterruptedException {
    Account nobody = of("nobody", "nogroup");
    try {
      bed.run(Testbed.Core.LOAD, nobody, List.of("test", "-x", program.toString()));
      return nobody;
    } catch (IOException closed) {
      return new Account(
          "root without capabilities",
          List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"));
    }
  }

  void own(Path path) throws IOException {
    var users = path.getFileSystem().getUserPrincipalLookupService();
    String owner = prefix.stream().anyMatch(word -> word.startsWith("--reuid")) ? user : STARTER;
    Files.getFileAttributeView(path, PosixFileAttributeView.class)
        .setOwner(users.lookupPrincipalByName(owner));
  }
}
