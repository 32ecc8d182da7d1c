package dev.sekisho.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A clamd on a unix socket that speaks its protocol as badly as a test wants: each connection is
 * handed to a script. VERSION is answered as a clamd would, and so are the bodies by which it is
 * tried out: it alerts, unless told not to.
 */
public final class ScriptedClamd implements Closeable {
  /** What one connection does once its command was read. */
  public interface Script {
    void serve(Connection connection) throws IOException, InterruptedException;
  }

  private final ServerSocketChannel server;
  private final Path socket;
  private final Script script;
  private final List<byte[]> bodies = new CopyOnWriteArrayList<>();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger mostOpen = new AtomicInteger();
  private final AtomicInteger trials = new AtomicInteger();
  private volatile UnaryOperator<String> alerts = name -> "stream: " + name + " FOUND";
  private volatile String version = "ClamAV 1.4.3/27500/Mon Jan  6 09:36:15 2025";

  private ScriptedClamd(Path socket, Script script) throws IOException {
    this.socket = socket;
    this.script = script;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket), 1024);
    Thread.ofVirtual().start(this::accept);
  }

  public static ScriptedClamd at(Path socket, Script script) throws IOException {
    return new ScriptedClamd(socket, script);
  }

  /** Reads the whole body and answers with what is given, a zero after it. */
  public static ScriptedClamd answering(Path socket, Function<byte[], String> reply)
      throws IOException {
    return at(socket, connection -> connection.say(reply.apply(connection.readBody()) + "\0"));
  }

  public ScriptedClamd withVersion(String text) {
    version = text;
    return this;
  }

  /**
   * What it answers to a body that cannot be looked into, in place of an alert.
   *
   * @param answer given the name that clamd would report
   */
  public ScriptedClamd withAlerts(UnaryOperator<String> answer) {
    alerts = answer;
    return this;
  }

  /** How many bodies came to try it out. */
  public int trials() {
    return trials.get();
  }

  /** The configuration's word for where it is. */
  public String address() {
    return "unix:" + socket;
  }

  /** Every body that was read to its end. */
  public List<byte[]> bodies() {
    return List.copyOf(bodies);
  }

  /** How many scans were open at one time at the most. */
  public int mostOpen() {
    return mostOpen.get();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel channel = server.accept();
        Thread.ofVirtual().start(() -> serve(channel));
      }
    } catch (IOException _) {
      // closed
    }
  }

  private void serve(SocketChannel channel) {
    try (channel) {
      var connection = new Connection(channel);
      String command = connection.readCommand();
      if (command.equals("zVERSION")) {
        connection.say(version + "\0");
        return;
      }
      if (!command.equals("zINSTREAM")) {
        connection.say("UNKNOWN COMMAND\0");
        return;
      }
      if (connection.isTrial()) {
        connection.serveTrial();
        return;
      }
      mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
      try {
        script.serve(connection);
      } finally {
        open.decrementAndGet();
      }
    } catch (IOException _) {
      // the other side went away
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** One connection; its script reads and says what it likes. */
  public final class Connection {
    private static final String TRIAL = "sekisho-trial";

    private final SocketChannel channel;

    /** What was read to see whether it is a trial, and belongs to the script. */
    private ByteBuffer ahead = ByteBuffer.allocate(0);

    private Connection(SocketChannel channel) {
      this.channel = channel;
    }

    private String readCommand() throws IOException {
      StringBuilder command = new StringBuilder();
      for (byte[] one = read(1); one[0] != 0; one = read(1)) {
        command.append((char) one[0]);
      }
      return command.toString();
    }

    private boolean isTrial() throws IOException {
      ByteBuffer start = ByteBuffer.allocate(100);
      try {
        start.put(read(4));
        int length = start.getInt(0);
        start.put(read(Math.clamp(length, 0, start.remaining())));
      } catch (EOFException _) {
        // The script may find out for itself.
      }
      ahead = start.flip();
      return new String(start.array(), StandardCharsets.ISO_8859_1).contains(TRIAL);
    }

    private void serveTrial() throws IOException {
      boolean encrypted = new String(ahead.array(), StandardCharsets.ISO_8859_1).contains("encr");
      trials.incrementAndGet();
      for (int length = readLength(); length > 0; length = readLength()) {
        read(length);
      }
      say(
          alerts.apply(
                  encrypted
                      ? "Heuristics.Encrypted.Zip"
                      : "Heuristics.Limits.Exceeded.MaxRecursion")
              + "\0");
    }

    public byte[] read(int length) throws IOException {
      ByteBuffer in = ByteBuffer.allocate(length);
      while (in.hasRemaining() && ahead.hasRemaining()) {
        in.put(ahead.get());
      }
      while (in.hasRemaining()) {
        if (channel.read(in) < 0) {
          throw new EOFException();
        }
      }
      return in.array();
    }

    /** All chunks up to the empty one; a chunk longer than 64 KiB is not ours to send. */
    public byte[] readBody() throws IOException {
      var body = new ByteArrayOutputStream();
      for (int length = readLength(); length > 0; length = readLength()) {
        body.writeBytes(read(length));
      }
      bodies.add(body.toByteArray());
      return body.toByteArray();
    }

    private int readLength() throws IOException {
      int length = ByteBuffer.wrap(read(4)).getInt();
      if (length < 0 || length > 64 << 10) {
        throw new IOException("a chunk of " + length + " bytes");
      }
      return length;
    }

    public void say(String text) throws IOException {
      ByteBuffer out = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (out.hasRemaining()) {
        channel.write(out);
      }
    }

    /** Says nothing until the other side has closed. */
    public void hang() throws IOException {
      ByteBuffer in = ByteBuffer.allocate(64 << 10);
      while (channel.read(in) >= 0) {
        in.clear();
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      java.nio.file.Files.deleteIfExists(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
