package dev.sekisho.app;

import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.identity.IdentityConfig;
import dev.sekisho.identity.UserEditor;
import dev.sekisho.identity.UserFiles;
import dev.sekisho.identity.Users;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sekisho user}: who may prove themselves, in the files that identity reads. */
@Command(
    name = "user",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(add|remove|list)",
    description = "Add, remove and list users of the password file.")
final class UserCommand implements Callable<Integer> {
  private static final int SHORT = 8;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Which files; those of the configuration unless they are named. */
  @SuppressWarnings("UnusedVariable") // every command takes --state
  static final class Place {
    @Option(
        names = {"-c", "--config"},
        paramLabel = "FILE",
        description = "Configuration file whose section 'identity' names the files.")
    private @Nullable Path config;

    @Option(
        names = "--state",
        paramLabel = "DIR",
        description = "As every command takes it; users are not kept there.")
    private @Nullable Path state;

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "The password file, instead of the configuration's.")
    private @Nullable Path file;

    @Option(
        names = "--group-file",
        paramLabel = "FILE",
        description = "The group file, instead of the configuration's.")
    private @Nullable Path groupFile;

    UserFiles files() {
      Path passwords = file;
      if (passwords != null) {
        return new UserFiles(passwords, Optional.ofNullable(groupFile));
      }
      Problems problems = new Problems();
      Optional<Configuration> read = Configuration.load(Optional.ofNullable(config), problems);
      if (read.isPresent() && read.get().identity() instanceof IdentityConfig.Asked asked) {
        Optional<Path> groups = Optional.ofNullable(groupFile).or(asked.files()::groups);
        return new UserFiles(asked.files().passwords(), groups);
      }
      String why =
          read.isEmpty()
              ? String.join("\n", problems.all().stream().map(Problem::toString).toList()) + "\n"
              : "";
      throw new UserError(
          why
              + "There is no identity.password-file in the configuration; give that with -c, or the file with --file.");
    }
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return Exit.USAGE;
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = {
        "Add a user, or give it another password.",
        "The password is asked for without being shown, or is the first line of standard input when that is no terminal.",
        "It is never an argument, which every process could read."
      })
  int add(
      @Parameters(paramLabel = "NAME", description = "Compared exactly; no colon.") String name,
      @Option(
              names = "--password-file",
              paramLabel = "FILE",
              description = "Its first line is the password.")
          @Nullable Path passwordFile,
      @Option(
              names = "--cost",
              paramLabel = "N",
              defaultValue = "10",
              description =
                  "Of bcrypt, 4 to 16; one more takes twice as long. Default: ${DEFAULT-VALUE}.")
          int cost,
      @Option(
              names = "--groups",
              paramLabel = "A,B",
              split = ",",
              description = "The groups the user is in from now on. Without it they stay.")
          String @Nullable [] groups,
      @Mixin Place place)
      throws IOException {
    UserFiles files = place.files();
    checkName("the name", name);
    Set<String> wanted = groups == null ? Set.of() : Set.of(groups);
    if (groups != null) {
      checkGroups(name, wanted, files);
    }
    if (cost < 4 || cost > 16) {
      throw new UserError("--cost: " + cost + " is not from 4 to 16.");
    }
    UserEditor editor = new UserEditor(files);
    UserEditor.Done done = change(() -> editor.add(name, password(name, passwordFile), cost));
    if (groups != null) {
      change(() -> {
        editor.join(name, wanted);
        return UserEditor.Done.CHANGED;
      });
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        (done == UserEditor.Done.ADDED ? "Added '" : "Changed the password of '")
            + name
            + "' in "
            + files.passwords()
            + ". A running gateway sees it within seconds.");
    warn(files);
    return Exit.FINE;
  }

  private String password(String name, @Nullable Path file) throws IOException {
    String password = PasswordPrompt.password(name, Optional.ofNullable(file));
    UserEditor.faultOfPassword(password)
        .ifPresent(fault -> {
          throw new UserError("The password cannot be used because " + fault + ".");
        });
    if (password.codePointCount(0, password.length()) < SHORT) {
      spec.commandLine()
          .getErr()
          .println("warning: the password has fewer than " + SHORT + " characters.");
    }
    return password;
  }

  private static void checkName(String what, String name) {
    if (name.indexOf('\ufffd') >= 0) {
      throw new UserError(
          what + " cannot be read in this terminal's encoding; set LC_ALL=C.UTF-8 and try again.");
    }
    UserEditor.faultOfName(name)
        .ifPresent(fault -> {
          throw new UserError(what + " cannot be used because " + fault + ".");
        });
  }

  private static void checkGroups(String name, Set<String> groups, UserFiles files) {
    if (files.groups().isEmpty()) {
      throw new UserError(
          "--groups: there is no identity.group-file in the configuration; name it with --group-file.");
    }
    groups.forEach(group -> checkName("the group '" + group + "'", group));
    if (name.chars().anyMatch(Character::isWhitespace)) {
      throw new UserError(
          "--groups: '" + name + "' has a space, and a group file separates names by spaces.");
    }
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Remove a user, and from all groups. Status 1 when there is none.")
  int remove(@Parameters(paramLabel = "NAME") String name, @Mixin Place place) {
    UserFiles files = place.files();
    UserEditor.Done done = change(() -> new UserEditor(files).remove(name));
    if (done == UserEditor.Done.NOTHING) {
      throw new UserError("There is no user '" + name + "' in " + files.passwords() + ".");
    }
    spec.commandLine().getOut().println("Removed '" + name + "' from " + files.passwords() + ".");
    warn(files);
    return Exit.FINE;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List users and their groups.")
  int list(
      @Parameters(paramLabel = "NAME", arity = "0..1", description = "Only this user.")
          @Nullable String name,
      @Mixin Place place) {
    UserFiles files = place.files();
    Problems problems = new Problems();
    Optional<Users> users = files.read(problems);
    problems.all().forEach(spec.commandLine().getErr()::println);
    if (users.isEmpty()) {
      throw new UserError("The files have errors, so there is nothing to list.");
    }
    Set<String> names = new TreeSet<>(users.get().names());
    if (name != null && !names.contains(name)) {
      throw new UserError("There is no user '" + name + "' in " + files.passwords() + ".");
    }
    PrintWriter out = spec.commandLine().getOut();
    names.stream()
        .filter(one -> name == null || one.equals(name))
        .forEach(one -> {
          String groups = String.join(", ", new TreeSet<>(users.get().groups(one)));
          out.println(groups.isEmpty() ? one : String.format("%-20s %s", one, groups));
        });
    out.flush();
    return Exit.FINE;
  }

  private interface Change {
    UserEditor.Done make() throws IOException;
  }

  private static UserEditor.Done change(Change change) {
    try {
      return change.make();
    } catch (IOException e) {
      throw new UserError("The file cannot be changed: " + e.getMessage());
    }
  }

  /** What else is wrong with the files; with an error a running gateway keeps the users it had. */
  private void warn(UserFiles files) {
    Problems problems = new Problems();
    files.read(problems);
    problems.all().forEach(spec.commandLine().getErr()::println);
    if (problems.hasErrors()) {
      spec.commandLine()
          .getErr()
          .println("A gateway does not take the files before these errors are mended.");
    }
    spec.commandLine().getErr().flush();
    spec.commandLine().getOut().flush();
  }
}
