package dev.sekisho.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * An ICAP server that speaks its protocol as badly as a test wants: each message is handed to a
 * script, connection after connection. OPTIONS is answered as configured, and so are the bodies by
 * which a service is tried out: it tells of them, unless told not to.
 */
public final class ScriptedIcap implements Closeable {
  private static final Pattern LAST_OFFSET =
      Pattern.compile("(?im)^Encapsulated:.*-body=([0-9]+)\\s*$");

  /** What is done with one message. */
  public interface Script {
    void serve(Exchange exchange) throws IOException, InterruptedException;
  }

  private final ServerSocket server;
  private final Script script;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger inScript = new AtomicInteger();
  private final AtomicInteger mostInScript = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger trials = new AtomicInteger();
  private volatile Function<String, String> telling = ScriptedIcap::refusing;
  private volatile String options =
      "ICAP/1.0 200 OK\r\nMethods: RESPMOD, REQMOD\r\nService: scripted\r\nISTag: \"one\"\r\n"
          + "Allow: 204, 206\r\nOptions-TTL: 3600\r\nEncapsulated: null-body=0\r\n\r\n";

  private ScriptedIcap(ServerSocket server, Script script) {
    this.server = server;
    this.script = script;
    Thread.ofVirtual().start(this::accept);
  }

  public static ScriptedIcap with(Script script) throws IOException {
    return new ScriptedIcap(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), script);
  }

  /** Behind TLS. */
  public static ScriptedIcap secured(SSLContext tls, Script script) throws IOException {
    return new ScriptedIcap(
        tls.getServerSocketFactory().createServerSocket(0, 1024, InetAddress.getLoopbackAddress()),
        script);
  }

  /** Reads the whole body and says what is given. */
  public static ScriptedIcap saying(String answer) throws IOException {
    return saying(0, answer);
  }

  /**
   * @param port where one was before, or 0
   */
  public static ScriptedIcap saying(int port, String answer) throws IOException {
    return new ScriptedIcap(
        new ServerSocket(port, 1024, InetAddress.getLoopbackAddress()),
        exchange -> {
          exchange.body();
          exchange.say(answer);
        });
  }

  /**
   * @param fields lines of the head of the answer to OPTIONS, parted by CRLF; all Methods unless
   *     they say otherwise
   */
  public ScriptedIcap offering(String fields) {
    String methods = fields.contains("Methods: ") ? "" : "Methods: RESPMOD, REQMOD\r\n";
    return answeringOptions(
        "ICAP/1.0 200 OK\r\n" + methods + fields + "\r\nEncapsulated: null-body=0\r\n\r\n");
  }

  /** The whole answer to OPTIONS; nothing is said and the connection closed where it is empty. */
  public ScriptedIcap answeringOptions(String answer) {
    options = answer;
    return this;
  }

  /**
   * What it answers to a body that cannot be looked into, in place of an alert.
   *
   * @param answer given the body
   */
  public ScriptedIcap telling(Function<String, String> answer) {
    telling = answer;
    return this;
  }

  /** As a server does whose scanner alerts. */
  private static String refusing(String trial) {
    String name =
        trial.contains("encr") ? "Heuristics.Encrypted.Zip" : "Heuristics.Limits.Exceeded.MaxRec";
    return answer(
        200,
        "X-Infection-Found: Type=0; Resolution=2; Threat=" + name + ";\r\n",
        "HTTP/1.1 403 Forbidden\r\n\r\n",
        "refused");
  }

  /** How many bodies came to try it out. */
  public int trials() {
    return trials.get();
  }

  public int port() {
    return server.getLocalPort();
  }

  /** The URL of its service. */
  public String url() {
    return "icap://127.0.0.1:" + port() + "/avscan";
  }

  /** All messages that came, OPTIONS and trials not among them. */
  public List<Exchange> exchanges() {
    return List.copyOf(exchanges);
  }

  /** Connections that were ever accepted. */
  public int accepted() {
    return accepted.get();
  }

  /** Connections that are open now. */
  public int connected() {
    return open.size();
  }

  /** How often it was asked for its options. */
  public int asked() {
    return asked.get();
  }

  /** How many messages were in its hands at one time at the most. */
  public int mostAtOnce() {
    return mostInScript.get();
  }

  /** Closes all connections, as a restart would. */
  public void dropConnections() {
    for (Socket socket : open) {
      closeQuietly(socket);
    }
  }

  /**
   * An answer with a message in it, whose offsets are right and whose body is one chunk.
   *
   * @param icapFields each with its CRLF
   * @param httpHead a whole head with its empty line
   */
  public static String answer(int status, String icapFields, String httpHead, String body) {
    return head(status, icapFields, httpHead, "res-hdr", "res-body") + chunked(body, "");
  }

  /** As far as to the body. */
  public static String head(
      int status, String icapFields, String httpHead, String headName, String bodyName) {
    return "ICAP/1.0 "
        + status
        + " Said\r\nISTag: \"one\"\r\n"
        + icapFields
        + ("Encapsulated: " + headName + "=0, " + bodyName + "=" + httpHead.length() + "\r\n\r\n")
        + httpHead;
  }

  /**
   * @param extension of the last chunk, such as {@code ; use-original-body=5}
   */
  public static String chunked(String body, String extension) {
    String chunk =
        body.isEmpty() ? "" : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n";
    return chunk + "0" + extension + "\r\n\r\n";
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        accepted.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException _) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      for (String head = readHead(socket.getInputStream());
          !head.isEmpty();
          head = readHead(socket.getInputStream())) {
        answer(socket, head);
      }
    } catch (IOException _) {
      // the other side went away
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    open.remove(socket);
  }

  private void answer(Socket socket, String head) throws IOException, InterruptedException {
    if (!head.startsWith("OPTIONS ")) {
      serve(new Exchange(socket, head, readEncapsulated(socket.getInputStream(), head)));
      return;
    }
    asked.incrementAndGet();
    if (options.isEmpty()) {
      socket.close();
    } else {
      new Exchange(socket, head, "").say(options);
    }
  }

  private void serve(Exchange exchange) throws IOException, InterruptedException {
    if (exchange.encapsulated().contains("sekisho-trial")) {
      trials.incrementAndGet();
      String body = new String(exchange.body(), StandardCharsets.ISO_8859_1);
      exchange.say(telling.apply(body));
      return;
    }
    exchanges.add(exchange);
    mostInScript.accumulateAndGet(inScript.incrementAndGet(), Math::max);
    try {
      script.serve(exchange);
    } finally {
      inScript.decrementAndGet();
    }
  }

  /** Empty at the end of the connection. */
  private static String readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static String readEncapsulated(InputStream in, String head) throws IOException {
    Matcher offset = LAST_OFFSET.matcher(head);
    if (!offset.find()) {
      throw new IOException("no Encapsulated");
    }
    return new String(
        in.readNBytes(Integer.parseInt(offset.group(1))), StandardCharsets.ISO_8859_1);
  }

  /** One message; its script reads and says what it likes. */
  public static final class Exchange {
    private final Socket socket;
    private final String head;
    private final String encapsulated;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final List<String> ends = new ArrayList<>();

    private Exchange(Socket socket, String head, String encapsulated) {
      this.socket = socket;
      this.head = head;
      this.encapsulated = encapsulated;
    }

    /** ICAP's own head. */
    public String head() {
      return head;
    }

    /** The heads of HTTP. */
    public String encapsulated() {
      return encapsulated;
    }

    /** All that was read of the body. */
    public byte[] read() {
      return body.toByteArray();
    }

    /** The lines that ended the preview and the body. */
    public List<String> ends() {
      return List.copyOf(ends);
    }

    /** Reads the body to its end, asking for more after a preview. */
    public byte[] body() throws IOException {
      chunks();
      if (head.contains("\r\nPreview: ") && !ends.getLast().contains("ieof")) {
        say("ICAP/1.0 100 Continue\r\n\r\n");
        chunks();
      }
      return read();
    }

    /** Reads what is sent before it waits: the preview, or all where there is none. */
    public byte[] chunks() throws IOException {
      while (true) {
        String size = line();
        int length = Integer.parseInt(size.split(";", 2)[0].strip(), 16);
        body.writeBytes(some(length));
        if (length == 0) {
          ends.add(size);
          expectEmptyLine();
          return read();
        }
        expectEmptyLine();
      }
    }

    private void expectEmptyLine() throws IOException {
      if (!line().isEmpty()) {
        throw new IOException("a chunk without its end");
      }
    }

    private String line() throws IOException {
      StringBuilder line = new StringBuilder();
      while (!line.toString().endsWith("\r\n")) {
        line.append((char) some(1)[0]);
      }
      return line.substring(0, line.length() - 2);
    }

    /** Some bytes of whatever comes. */
    public byte[] some(int length) throws IOException {
      byte[] bytes = socket.getInputStream().readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException();
      }
      return bytes;
    }

    public void say(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
    }

    /** One byte after the other, each on its own. */
    public void drip(String text) throws IOException {
      for (int i = 0; i < text.length(); i++) {
        say(text.substring(i, i + 1));
      }
    }

    public void close() throws IOException {
      socket.close();
    }

    /** Says nothing until the other side has closed. */
    public void hang() throws IOException {
      byte[] any = new byte[64 << 10];
      while (socket.getInputStream().read(any) >= 0) {
        // nothing is said
      }
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    dropConnections();
  }
}
