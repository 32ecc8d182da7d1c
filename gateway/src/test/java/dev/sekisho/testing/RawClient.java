package dev.sekisho.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A client that writes the bytes it is told and reads what comes back, without a view of its own.
 * Reads give up after ten seconds.
 */
public final class RawClient implements Closeable {
  private static final int PATIENCE_MILLIS = 10_000;

  /** The most that is read ahead. */
  public static final int BUFFER = 8 << 10;

  private final Socket socket;
  private final InputStream in;

  /**
   * A response as it came.
   *
   * @param head with its empty line
   * @param body decoded from chunks where the head says so
   * @param trailers field lines after the last chunk, each with its end
   */
  public record Response(String head, String body, String trailers) {
    public int status() {
      return Integer.parseInt(head.substring(9, 12));
    }

    /** The value of the first field of this name, or the empty text. */
    public String field(String name) {
      for (String line : head.split("\r\n")) {
        if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
          return line.substring(name.length() + 1).strip();
        }
      }
      return "";
    }
  }

  public RawClient(int port) throws IOException {
    this(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  public RawClient(InetSocketAddress address) throws IOException {
    this(connected(address));
  }

  /** Speaks over a connected socket, as one with TLS. */
  public RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new BufferedInputStream(socket.getInputStream(), BUFFER);
  }

  private static Socket connected(InetSocketAddress address) throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.connect(address, PATIENCE_MILLIS);
    return socket;
  }

  public Socket socket() {
    return socket;
  }

  /** What comes from the other side, for those who read more than text. */
  public InputStream input() {
    return in;
  }

  public RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** Ends our direction, and goes on reading. */
  public void sendEnd() throws IOException {
    socket.shutdownOutput();
  }

  /** A head up to and with its empty line; empty when the connection ends before it began. */
  public String readHead() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < 4) {
      int b = in.read();
      if (b < 0) {
        break;
      }
      head.write(b);
      matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : (b == '\r' ? 1 : 0);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /** The response to a GET. */
  public Response readResponse() throws IOException {
    return readResponse("GET");
  }

  public Response readResponse(String method) throws IOException {
    Response head = new Response(readHead(), "", "");
    if (head.head().isEmpty()) {
      throw new IOException("the connection ended before a response");
    }
    int status = head.status();
    if (method.equals("HEAD") || status < 200 || status == 204 || status == 304) {
      return head;
    }
    if (head.field("Transfer-Encoding").equals("chunked")) {
      return readChunks(head.head());
    }
    String length = head.field("Content-Length");
    return new Response(
        head.head(), length.isEmpty() ? readToEnd() : read(Integer.parseInt(length)), "");
  }

  /** Exactly this many bytes. */
  public String read(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new IOException(
          "the connection ended after " + bytes.length + " of " + count + " bytes");
    }
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Everything until the other side closes. */
  public String readToEnd() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Whether the other side has closed; waits for it. */
  public boolean ended() throws IOException {
    return in.read() < 0;
  }

  /** The next chunk's content alone, as soon as it is there; empty for the last. */
  public String readChunk() throws IOException {
    int size = Integer.parseInt(readLine().split(";")[0], 16);
    String content = read(size);
    readLine();
    return content;
  }

  public Response readChunks(String head) throws IOException {
    StringBuilder body = new StringBuilder();
    while (true) {
      int size = Integer.parseInt(readLine().split(";")[0], 16);
      if (size == 0) {
        StringBuilder trailers = new StringBuilder();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
          trailers.append(line).append("\r\n");
        }
        return new Response(head, body.toString(), trailers.toString());
      }
      body.append(read(size));
      readLine();
    }
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("the connection ended within a line: " + line);
      }
      if (b == '\n') {
        return line.substring(0, line.length() - 1);
      }
      line.append((char) b);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
