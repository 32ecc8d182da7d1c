package harness;

import java.io.IOException;
import java.util.concurrent.ExecutionException;

/**
 * One question of the comparison: it starts what it needs, measures, reports, and ends what it
 * started.
 */
interface Row {
  /** As in {@code make bench ROWS=plain,tunnel}. */
  String key();

  void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws IOException, ExecutionException, InterruptedException;
}
