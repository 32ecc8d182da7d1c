package dev.sekisho.scan;

import java.io.Closeable;
import java.util.List;

/** Something that finds malware in bodies. Shared by all scans. */
interface Engine extends Closeable {
  /** For the record. */
  String name();

  /**
   * Reads one view of a body. Blocks; called on a virtual thread, which is interrupted when nobody
   * needs the answer any more. Does not read the body any more once it has returned.
   *
   * @param deadline of {@link System#nanoTime}
   */
  Finding scan(Body body, Body.View view, long deadline) throws InterruptedException;

  List<EngineStatus> status();

  /**
   * What its findings in bodies that go this way rest on, such as the version of its signatures. As
   * long as it says the same, the same bytes have the same finding; empty while that is not known.
   */
  String version(Scanner.Direction direction);

  @Override
  void close();
}
