package dev.sekisho.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * An origin that does exactly what its script says, byte for byte, and keeps every byte it was told
 * to read. One script runs per connection, on a thread of its own.
 */
public final class ScriptedOrigin implements Closeable {
  private final ServerSocket door;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private final Script script;

  /** What the origin does with one connection; it is closed when the script returns. */
  public interface Script {
    void run(Line line) throws IOException, InterruptedException;
  }

  private ScriptedOrigin(ServerSocket door, Script script) {
    this.script = script;
    this.door = door;
    threads.submit(this::accept);
  }

  public static ScriptedOrigin of(Script script) throws IOException {
    return new ScriptedOrigin(new ServerSocket(0, 200, InetAddress.getLoopbackAddress()), script);
  }

  /** On ::1, and on no IPv4 address. */
  public static ScriptedOrigin ofIpv6(Script script) throws IOException {
    return new ScriptedOrigin(new ServerSocket(0, 200, InetAddress.ofLiteral("::1")), script);
  }

  /** Speaks TLS, as the context says. */
  public static ScriptedOrigin secure(SSLContext context, Script script) throws IOException {
    ServerSocket door =
        context
            .getServerSocketFactory()
            .createServerSocket(0, 200, InetAddress.getLoopbackAddress());
    return new ScriptedOrigin(door, script);
  }

  /** Reads whole requests and answers each with these bytes. */
  public static ScriptedOrigin answering(String response) throws IOException {
    return of(line -> {
      while (!line.readHead().isEmpty()) {
        line.readBody();
        line.send(response);
      }
    });
  }

  /** Reads one whole request on each connection, answers with these bytes and closes. */
  public static ScriptedOrigin answeringOnce(String response) throws IOException {
    return of(line -> {
      line.readHead();
      line.readBody();
      line.send(response);
    });
  }

  public int port() {
    return door.getLocalPort();
  }

  public String authority() {
    return "127.0.0.1:" + port();
  }

  public List<Line> lines() {
    return List.copyOf(lines);
  }

  /** Everything received, of all connections, in the order in which they were accepted. */
  public String received() {
    StringBuilder all = new StringBuilder();
    lines.forEach(line -> all.append(line.received()));
    return all.toString();
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Line line = new Line(door.accept());
        lines.add(line);
        threads.submit(() -> run(line));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void run(Line line) {
    try (line.socket) {
      script.run(line);
    } catch (IOException _) {
      // The other side went away: what was received until then is what the test looks at.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      door.close();
      for (Line line : lines) {
        line.socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }

  /** One connection, from the origin's side. */
  public static final class Line {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private volatile String lastHead = "";

    Line(Socket socket) throws IOException {
      this.socket = socket;
      socket.setTcpNoDelay(true);
      this.in = new BufferedInputStream(socket.getInputStream(), RawClient.BUFFER);
      this.out = socket.getOutputStream();
    }

    public Socket socket() {
      return socket;
    }

    /** What comes from the other side, for large amounts: it is not kept. */
    public InputStream input() {
      return in;
    }

    /** Everything received so far, as Latin-1. */
    public String received() {
      synchronized (received) {
        return received.toString(StandardCharsets.ISO_8859_1);
      }
    }

    /** The next byte, or -1 at the end. */
    public int read() throws IOException {
      int b = in.read();
      if (b >= 0) {
        synchronized (received) {
          received.write(b);
        }
      }
      return b;
    }

    /** A head up to and with its empty line; what there was of it when the connection ends. */
    public String readHead() throws IOException {
      StringBuilder head = new StringBuilder();
      int matched = 0;
      while (matched < 4) {
        int b = read();
        if (b < 0) {
          break;
        }
        head.append((char) b);
        matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : (b == '\r' ? 1 : 0);
      }
      lastHead = head.toString();
      return lastHead;
    }

    /** Exactly this many bytes, as Latin-1; fewer when the connection ends. */
    public String read(int count) throws IOException {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < count; i++) {
        int b = read();
        if (b < 0) {
          break;
        }
        text.append((char) b);
      }
      return text.toString();
    }

    /** Everything until the other side closes. */
    public String readToEnd() throws IOException {
      StringBuilder text = new StringBuilder();
      for (int b = read(); b >= 0; b = read()) {
        text.append((char) b);
      }
      return text.toString();
    }

    /** The body of the head read last, by its length or in chunks with their framing. */
    public String readBody() throws IOException {
      return lastHead.toLowerCase(Locale.ROOT).contains("\r\ntransfer-encoding: chunked\r\n")
          ? readChunks()
          : readBodyByLength();
    }

    private String readChunks() throws IOException {
      StringBuilder body = new StringBuilder();
      String last;
      do {
        String line = readLine();
        body.append(line).append(read(Integer.parseInt(line.strip(), 16)));
        last = line.strip();
        if (!last.equals("0")) {
          body.append(readLine());
        }
      } while (!last.equals("0"));
      for (String trailer = readLine(); !trailer.equals("\r\n"); trailer = readLine()) {
        body.append(trailer);
      }
      return body.append("\r\n").toString();
    }

    private String readLine() throws IOException {
      StringBuilder line = new StringBuilder();
      while (line.isEmpty() || line.charAt(line.length() - 1) != '\n') {
        int b = read();
        if (b < 0) {
          throw new IOException("the connection ended within a line: " + line);
        }
        line.append((char) b);
      }
      return line.toString();
    }

    /** The body of the head read last, when that has a Content-Length. */
    public String readBodyByLength() throws IOException {
      for (String field : lastHead.split("\r\n")) {
        if (field.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
          return read(Integer.parseInt(field.substring(15).strip()));
        }
      }
      return "";
    }

    public void send(String text) throws IOException {
      send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public void send(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    /** Ends our direction, and goes on reading. */
    public void sendEnd() throws IOException {
      socket.shutdownOutput();
    }

    /** Closes with a reset. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }
}
