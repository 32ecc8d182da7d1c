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

  /** The file of the authority that signs what it shows to clients, once it runs. */
  default Path authority(Launch launch) {
    throw new IllegalStateException(name() + " opens no TLS");
  }

  Launch prepare(Testbed bed, Origins origins) throws IOException, InterruptedException;

  /**
   * @param port where it takes plain requests in absolute form
   */
  record Launch(List<String> command, Account account, Path folder, int port, Entrance entrance) {}
}
