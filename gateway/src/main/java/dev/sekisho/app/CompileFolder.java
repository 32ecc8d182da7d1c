package dev.sekisho.app;

import dev.sekisho.policy.PolicyConfig;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where {@code check} and {@code explain} compile lists. The state folder, if it is there and this
 * user's own; otherwise a temporary one that goes away with the command. For whoever looks as root
 * at the configuration of a service must not leave files in its state that the service cannot read,
 * nor make the folder before the service does.
 */
final class CompileFolder implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(CompileFolder.class);

  private final Path folder;
  private final Kind kind;

  private enum Kind {
    STATE,
    TEMPORARY
  }

  private CompileFolder(Path folder, Kind kind) {
    this.folder = folder;
    this.kind = kind;
  }

  /**
   * Never creates or changes anything in a state folder that is not this user's. Lists that were
   * fetched into one are used where this user may read them.
   */
  static CompileFolder of(Path state) {
    Path whole = state.toAbsolutePath().normalize();
    try {
      if (Files.isDirectory(whole) && Files.isWritable(whole) && StateFolder.isOurs(whole)) {
        return new CompileFolder(whole, Kind.STATE);
      }
      var temporary =
          new CompileFolder(Files.createTempDirectory("sekisho-compile-"), Kind.TEMPORARY);
      temporary.borrowLists(whole);
      return temporary;
    } catch (IOException e) {
      throw new UserError(
          "A temporary folder to compile lists in cannot be made in "
              + System.getProperty("java.io.tmpdir")
              + " ("
              + e.getClass().getSimpleName()
              + "). Make room there, or name a state folder of your own with --state.");
    }
  }

  Path path() {
    return folder;
  }

  /** By link, for lists can be big; their age is that of the file linked to. */
  private void borrowLists(Path state) throws IOException {
    Path from = PolicyConfig.listFolder(state);
    Path to = Files.createDirectory(PolicyConfig.listFolder(folder));
    try (DirectoryStream<Path> lists = Files.newDirectoryStream(from, "*.fetched")) {
      for (Path list : lists) {
        if (Files.isRegularFile(list, LinkOption.NOFOLLOW_LINKS) && Files.isReadable(list)) {
          Files.createSymbolicLink(to.resolve(list.getFileName()), list);
        }
      }
    } catch (NoSuchFileException _) {
      // Nothing was fetched yet.
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warn(
          "The lists that were fetched into {} cannot be read by this user ({}).",
          from,
          e.getMessage());
    }
  }

  @Override
  public void close() {
    switch (kind) {
      case STATE -> {}
      case TEMPORARY -> delete(folder);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> inwards = all.sorted(Comparator.reverseOrder()).toList();
      for (Path path : inwards) {
        Files.delete(path);
      }
    } catch (IOException e) {
      LOG.warn("The temporary folder {} could not be deleted: {}", folder, e.toString());
    }
  }
}
