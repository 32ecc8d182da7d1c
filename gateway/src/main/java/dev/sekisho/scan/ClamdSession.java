package dev.sekisho.scan;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One command to clamd, on a connection of its own. Two virtual threads serve it, because clamd may
 * answer while the body is still being sent (it found something, or had enough): one writes, one
 * waits for the reply, whichever fails first. The caller waits for both with one deadline, and
 * closes the connection, which frees whoever still hangs on it.
 */
final class ClamdSession {
  private static final byte[] INSTREAM = "zINSTREAM\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] VERSION = "zVERSION\0".getBytes(StandardCharsets.US_ASCII);
  private static final int CHUNK = 64 << 10;
  private static final int LENGTH_FIELD = 4;

  /** Who does not take a connection for so long is not there; before, the time was too short. */
  private static final long UNREACHABLE = TimeUnit.SECONDS.toNanos(1);

  private final SocketChannel channel;
  private final SocketAddress address;
  private final CompletableFuture<String> reply = new CompletableFuture<>();
  private volatile long announced;
  private volatile boolean ended;

  private ClamdSession(SocketChannel channel, SocketAddress address) {
    this.channel = channel;
    this.address = address;
  }

  /**
   * @param reply without its closing zero
   * @param announced bytes of the body that clamd had been told of before it; it refuses a chunk by
   *     its announced length
   * @param ended whether all of the body had been sent
   */
  record Answer(String reply, long announced, boolean ended) {}

  /** Gives clamd a body. Never reads it any more once this has returned or thrown. */
  static Answer scan(SocketAddress address, Reading body, long deadline)
      throws IOException, InterruptedException {
    return run(address, body, deadline);
  }

  /** What it is and which signatures it has. */
  static String version(SocketAddress address, long deadline)
      throws IOException, InterruptedException {
    return run(address, null, deadline).reply;
  }

  private static Answer run(SocketAddress address, @Nullable Reading body, long deadline)
      throws IOException, InterruptedException {
    SocketChannel channel = open(address);
    var session = new ClamdSession(channel, address);
    Thread writer = Thread.ofVirtual().name("clamd-write").start(() -> session.write(body));
    try {
      return session.await(deadline);
    } finally {
      channel.close();
      joinThoughInterrupted(writer);
    }
  }

  private static SocketChannel open(SocketAddress address) throws IOException {
    return address instanceof UnixDomainSocketAddress
        ? SocketChannel.open(StandardProtocolFamily.UNIX)
        : SocketChannel.open();
  }

  /** The pieces are the caller's again after this, so it must not be cut short. */
  private static void joinThoughInterrupted(Thread writer) {
    boolean interrupted = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Answer await(long deadline) throws IOException, InterruptedException {
    long patience = Math.max(0, deadline - System.nanoTime());
    try {
      String text = reply.get(patience, TimeUnit.NANOSECONDS);
      return new Answer(text, announced, ended);
    } catch (TimeoutException _) {
      throw channel.isConnected() || patience < UNREACHABLE
          ? new ClamdSilentException(Verdict.Reason.TIMEOUT, "it did not answer in time")
          : new ClamdSilentException(Verdict.Reason.ENGINE_DOWN, "it did not accept in time");
    } catch (ExecutionException e) {
      throw new IOException(e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
    }
  }

  private void write(@Nullable Reading body) {
    try {
      channel.connect(address);
    } catch (IOException | RuntimeException e) {
      reply.completeExceptionally(
          new IOException("cannot connect (" + Printable.text("" + e.getMessage(), 100) + ")", e));
      return;
    }
    Thread.ofVirtual().name("clamd-read").start(this::awaitReply);
    try {
      if (body == null) {
        writeFully(ByteBuffer.wrap(VERSION));
        ended = true;
      } else {
        writeBody(body);
      }
    } catch (IOException _) {
      // It closed its side early. Why, is in its reply, or nowhere: the reader knows.
    } catch (RuntimeException e) {
      reply.completeExceptionally(e);
    }
  }

  private void writeBody(Reading body) throws IOException {
    writeFully(ByteBuffer.wrap(INSTREAM));
    byte[] chunk = new byte[LENGTH_FIELD + CHUNK];
    ByteBuffer buffer = ByteBuffer.wrap(chunk);
    for (int count = fill(body, chunk); count > 0; count = fill(body, chunk)) {
      buffer.clear().putInt(0, count).limit(LENGTH_FIELD + count);
      announced += count;
      writeFully(buffer);
    }
    // Said before it is sent: the reply may be here before this thread goes on.
    ended = true;
    buffer.clear().putInt(0, 0).limit(LENGTH_FIELD);
    writeFully(buffer);
  }

  /** Few large chunks, whatever the size of the pieces. */
  private static int fill(Reading body, byte[] chunk) {
    int filled = LENGTH_FIELD;
    while (filled < chunk.length) {
      int count = body.read(chunk, filled, chunk.length - filled);
      if (count < 0) {
        break;
      }
      filled += count;
    }
    return filled - LENGTH_FIELD;
  }

  private void writeFully(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private void awaitReply() {
    ByteBuffer in = ByteBuffer.allocate(ClamdReply.LONGEST);
    try {
      while (channel.read(in) >= 0) {
        int zero = indexOfZero(in);
        if (zero >= 0) {
          reply.complete(new String(in.array(), 0, zero, StandardCharsets.UTF_8));
          return;
        }
        if (!in.hasRemaining()) {
          throw new IOException("it answered more than " + ClamdReply.LONGEST + " bytes");
        }
      }
      reply.completeExceptionally(
          new IOException(
              in.position() == 0
                  ? "it closed the connection without an answer"
                  : "it closed the connection in the middle of its answer"));
    } catch (IOException | RuntimeException e) {
      reply.completeExceptionally(e);
    }
  }

  private static int indexOfZero(ByteBuffer in) {
    for (int i = 0; i < in.position(); i++) {
      if (in.get(i) == 0) {
        return i;
      }
    }
    return -1;
  }
}
