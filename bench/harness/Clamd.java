package harness;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/**
 * Debian's clamd with one signature, written by hand, so that nothing is fetched: what is compared
 * is what stands around it. It takes what the bodies of this bench need, and its scans have no
 * limit of time, since many share its core.
 */
final class Clamd implements AutoCloseable {
  private static final long PATIENCE = 60_000_000_000L;
  private static final int CHUNK = 64 << 10;
  private static final byte[] SIGNED =
      "no such thing is in these bodies".getBytes(StandardCharsets.US_ASCII);

  final Path socket;
  private final Process process;

  private Clamd(Path socket, Process process) {
    this.socket = socket;
    this.process = process;
  }

  static String description(Testbed bed) throws IOException, InterruptedException {
    String version =
        bed.run(Testbed.Core.LOAD, Account.OURS, List.of("clamd", "--version")).strip();
    return version.split("/")[0] + "; one signature of its own, scanned by 10 threads";
  }

  static Clamd start(Testbed bed) throws IOException, InterruptedException {
    Account account = Account.of("clamav", "clamav");
    Path folder = bed.folderFor("clamd", account);
    Path database = bed.folderFor("clamd-database", account);
    Path temporary = bed.folderFor("clamd-temporary", account);
    Files.writeString(
        database.resolve("bench.ndb"), "Bench:0:0:" + HexFormat.of().formatHex(SIGNED) + "\n");
    Path socket = folder.resolve("clamd.ctl");
    Path conf = folder.resolve("clamd.conf");
    Files.writeString(
        conf,
        """
        LocalSocket %s
        LocalSocketMode 666
        DatabaseDirectory %s
        TemporaryDirectory %s
        Foreground yes
        SelfCheck 0
        StreamMaxLength 2047M
        MaxFileSize 2047M
        MaxScanSize 2047M
        MaxScanTime 0
        AlertEncrypted yes
        AlertExceedsMax yes
        MaxThreads 10
        MaxConnectionQueueLength 400
        """
            .formatted(socket, database, temporary));
    Path output = Files.createTempFile(bed.folder, "clamd-", ".out");
    Process process =
        bed.start(Testbed.Core.PROXY, account, output, List.of("clamd", "--config-file=" + conf));
    long began = System.nanoTime();
    Clamd clamd = new Clamd(socket, process);
    while (!clamd.answers()) {
      if (!process.isAlive() || System.nanoTime() - began > PATIENCE) {
        clamd.close();
        throw new IOException("clamd does not start\n" + Files.readString(output).strip());
      }
      Thread.sleep(20);
    }
    return clamd;
  }

  private boolean answers() {
    try (SocketChannel channel = dial()) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private SocketChannel dial() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(socket));
  }

  /** Gives it one body, on a connection of its own, and returns the seconds until its verdict. */
  double scan(SizedOrigin origin, SizedOrigin.Body body) throws IOException {
    long began = System.nanoTime();
    try (SocketChannel channel = dial()) {
      channel.write(ByteBuffer.wrap("zINSTREAM\0".getBytes(StandardCharsets.US_ASCII)));
      chunk(channel, ByteBuffer.wrap(body.beginning()));
      ByteBuffer block = origin.block();
      for (long left = body.length() - SizedOrigin.Body.BEGINNING; left > 0; ) {
        int length = (int) Math.min(left, Math.min(CHUNK, block.remaining()));
        chunk(channel, block.slice(block.position(), length));
        left -= length;
        block.position(block.position() + length);
        if (!block.hasRemaining()) {
          block.clear();
        }
      }
      chunk(channel, ByteBuffer.allocate(0));
      ByteBuffer answer = ByteBuffer.allocate(256);
      while (channel.read(answer) >= 0 && answer.hasRemaining()) {
        // until it closes
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      String text = new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
      if (!text.equals("stream: OK\0")) {
        throw new IOException("clamd says of a clean body: " + text);
      }
      return seconds;
    }
  }

  private static void chunk(SocketChannel channel, ByteBuffer bytes) throws IOException {
    ByteBuffer[] both = {ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.remaining()), bytes};
    while (both[0].hasRemaining() || both[1].hasRemaining()) {
      channel.write(both);
    }
  }

  long cpuNanos() {
    return ProcessClock.nanos(process.toHandle());
  }

  @Override
  public void close() {
    Testbed.end(process);
  }
}
