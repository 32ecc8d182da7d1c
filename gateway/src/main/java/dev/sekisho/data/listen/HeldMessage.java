package dev.sekisho.data.listen;

import dev.sekisho.scan.HeldBody;
import dev.sekisho.scan.HeldReader;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A message that is held until its verdict: its frames as they came, to be handed on, and what they
 * say, to be scanned.
 */
final class HeldMessage {
  private final Lane lane;
  private final Scanner scanner;
  private final HeldBody wire;
  private final HeldBody content;
  private HeldBody.Room room = HeldBody.Room.ROOM;
  private Use use = Use.WANTED;
  private Scanner.@Nullable Job job;
  private @Nullable HeldReader reader;

  private enum Use {
    WANTED,
    OVER
  }

  HeldMessage(Lane lane) {
    this.lane = lane;
    this.scanner = lane.means().scanner();
    this.wire = scanner.spool().begin();
    this.content = scanner.spool().begin();
  }

  void wire(ByteBuf bytes) {
    if (bytes.isReadable()) {
      note(wire.add(bytes.nioBuffer()));
    }
  }

  void content(ByteBuf bytes) {
    if (bytes.isReadable()) {
      note(content.add(bytes.nioBuffer()));
    }
  }

  void content(byte[] bytes, int length) {
    note(content.add(ByteBuffer.wrap(bytes, 0, length)));
  }

  private void note(HeldBody.Room now) {
    if (room != HeldBody.Room.FULL) {
      room = now;
    }
  }

  boolean full() {
    return room == HeldBody.Room.FULL;
  }

  boolean behind() {
    return wire.isBehind() || content.isBehind();
  }

  void whenCaughtUp(Runnable then) {
    (wire.isBehind() ? wire : content).whenCaughtUp(lane.loop(), then);
  }

  long wireLength() {
    return wire.length();
  }

  long contentLength() {
    return content.length();
  }

  /**
   * That was all of it.
   *
   * @param then told the verdict once, on the lane's loop; not after {@link #letGo}
   */
  void judge(Scanner.Subject subject, Consumer<Verdict> then) {
    content.end();
    job =
        scanner.scan(
            subject.ofSize(content.length()),
            content,
            lane.loop(),
            verdict -> {
              job = null;
              if (use == Use.WANTED) {
                then.accept(verdict);
              }
            });
  }

  /** The verdict lets go on what has come of it. */
  HeldReader handOver() {
    wire.end();
    HeldReader all = wire.reader(0, wire.length());
    reader = all;
    return all;
  }

  void letGo() {
    if (use == Use.OVER) {
      return;
    }
    use = Use.OVER;
    if (job != null) {
      job.cancel();
    }
    if (reader != null) {
      reader.close();
    }
    wire.release();
    content.release();
  }
}
