package harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A program under measurement: who it is, and how it is configured and started for these origins.
 */
interface Subject {
  String name();

  /** What the results say about its version and its configuration. */
  String description(Testbed bed) throws IOException, InterruptedException;

  Launch prepare(Testbed bed, Origins origins) throws IOException, InterruptedException;

  /**
   * @param port where it takes plain requests in absolute form
   */
  record Launch(List<String> command, Account account, Path folder, int port, Entrance entrance) {}
}
