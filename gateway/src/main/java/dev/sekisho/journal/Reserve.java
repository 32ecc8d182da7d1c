package dev.sekisho.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Disk space held back in a file, so that a restart on a full disk can still write down which
 * exchanges the crash interrupted. It is given up for that and taken again when there is space.
 */
final class Reserve {
  private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);

  private final Path file;
  private final Kernel kernel;
  private final long size;
  private boolean held;

  Reserve(Path folder, Kernel kernel, long size) {
    this.file = folder.resolve("reserve");
    this.kernel = kernel;
    this.size = size;
  }

  /** Gives the space back to the disk. */
  synchronized void release() throws IOException {
    Files.deleteIfExists(file);
    held = false;
  }

  /** Takes the space if it is not held yet; whether it is held now. */
  synchronized boolean restore() {
    if (held || size == 0) {
      return true;
    }
    try {
      if (!Files.exists(file) || Files.size(file) != size) {
        Files.deleteIfExists(file);
        kernel.create(file, size);
      }
      held = true;
    } catch (IOException e) {
      // the caller tries again, about every second: hence no louder
      LOG.debug("The reserve of the journal cannot be taken back yet.", e);
    }
    return held;
  }
}
