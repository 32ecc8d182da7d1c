package dev.sekisho.data.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sekisho.data.listen.DeliveryRow.Direction;
import dev.sekisho.data.listen.DeliveryRow.Transport;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** Both ends of deliveries: two origins that know what to do by the path, and clients. */
final class DeliveryPeers implements Closeable {
  private static final Pattern PATH = Pattern.compile("^\\w+ (\\S+) ");
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");
  private static final Pattern CHUNKED = Pattern.compile("(?i)\r\ntransfer-encoding: *chunked\r\n");

  private final ScriptedOrigin plain;
  private final ScriptedOrigin secure;
  private final Map<String, Delivery> running = new ConcurrentHashMap<>();

  DeliveryPeers(SSLContext showing) throws IOException {
    plain = ScriptedOrigin.of(this::serve);
    secure = ScriptedOrigin.secure(showing, this::serve);
  }

  /**
   * What reached one side.
   *
   * @param whole whether it ended as its framing says
   */
  record Came(String head, byte[] body, boolean whole) {
    int status() {
      return Integer.parseInt(head.substring(9, 12));
    }
  }

  /** What became of a delivery on its two sides. */
  record Outcome(Came client, Optional<Came> origin) {}

  private static final class Delivery {
    private final DeliveryRow row;
    private final byte[] body;
    private final CountDownLatch headSeen;

    /** What has reached the origin; not whole while it is still coming. */
    private volatile Optional<Came> reached = Optional.empty();

    Delivery(DeliveryRow row, byte[] body) {
      this.row = row;
      this.body = body;
      this.headSeen = new CountDownLatch(row.trickles() ? 1 : 0);
    }
  }

  /** Has it go through the gateway, by a path that no other one has. */
  Outcome run(TestGateway gateway, String path, DeliveryRow row, byte[] body) throws Exception {
    var delivery = new Delivery(row, body);
    running.put(path, delivery);
    try (RawClient client = open(gateway, row)) {
      try {
        client.send(request(row, path, body.length));
        if (row.direction() == Direction.UP) {
          client.send(framed(row, body));
        }
      } catch (IOException _) {
        // Refused before it was all there: what was answered is still to be read.
      }
      String head = client.readHead();
      delivery.headSeen.countDown();
      return new Outcome(rest(head, client.input()), delivery.reached);
    } finally {
      delivery.headSeen.countDown();
    }
  }

  /** Whether anything of an upload came to its origin, also after its client was answered. */
  boolean reached(String path) {
    Delivery delivery = running.get(path);
    return delivery != null && delivery.reached.isPresent();
  }

  private RawClient open(TestGateway gateway, DeliveryRow row) throws Exception {
    return switch (row.transport()) {
      case PLAIN -> gateway.client();
      case INSIDE_TLS ->
          new InsideClient(gateway.port(), gateway.trusting())
              .naming("origin.example")
              .open("origin.example:" + secure.port());
    };
  }

  private String request(DeliveryRow row, String path, int length) {
    boolean clear = row.transport() == Transport.PLAIN;
    String host = clear ? plain.authority() : "origin.example:" + secure.port();
    String fields =
        switch (row.direction()) {
          case DOWN -> row.range().fields();
          case UP -> fields(row, length);
        };
    return (row.direction() == Direction.UP ? "PUT " : "GET ")
        + (clear ? "http://" + host : "")
        + path
        + " HTTP/1.1\r\nHost: "
        + host
        + "\r\n"
        + fields
        + "\r\n";
  }

  private static String fields(DeliveryRow row, int length) {
    String framing =
        switch (row.framing()) {
          case LENGTH -> "Content-Length: " + length;
          case CHUNKED -> "Transfer-Encoding: chunked";
          case UNTIL_CLOSE -> "Connection: close";
          case GZIP_UNDER_CHUNKS -> "Transfer-Encoding: gzip, chunked";
        };
    String coding = row.coding().word();
    return "Content-Type: "
        + row.mediaType()
        + "\r\n"
        + (coding.isEmpty() ? "" : "Content-Encoding: " + coding + "\r\n")
        + framing
        + "\r\n";
  }

  private static byte[] framed(DeliveryRow row, byte[] body) {
    return switch (row.framing()) {
      case LENGTH, UNTIL_CLOSE -> body;
      case CHUNKED -> DeliveryBodies.chunked(body);
      case GZIP_UNDER_CHUNKS -> DeliveryBodies.chunked(DeliveryBodies.gzip(body));
    };
  }

  // The origin.

  private void serve(ScriptedOrigin.Line line) throws IOException, InterruptedException {
    for (String head = line.readHead(); !head.isEmpty(); head = line.readHead()) {
      Matcher path = PATH.matcher(head);
      Delivery delivery = path.find() ? running.get(path.group(1)) : null;
      if (delivery == null) {
        throw new IOException("nobody is to ask for this: " + head);
      }
      String status = "HTTP/1.1 " + delivery.row.status().code() + " X\r\n";
      if (delivery.row.direction() == Direction.UP) {
        delivery.reached = Optional.of(new Came(head, new byte[0], false));
        delivery.reached = Optional.of(rest(head, line.input()));
        line.send(status + "Content-Length: 0\r\n\r\n");
      } else {
        line.send(
            status + "ETag: \"v1\"\r\n" + fields(delivery.row, delivery.body.length) + "\r\n");
        byte[] wire = framed(delivery.row, delivery.body);
        line.socket().getOutputStream().write(wire, 0, wire.length - 1);
        line.socket().getOutputStream().flush();
        delivery.headSeen.await();
        line.send(new byte[] {wire[wire.length - 1]});
        if (delivery.row.framing() == DeliveryRow.Framing.UNTIL_CLOSE) {
          return;
        }
      }
    }
  }

  // A message as it comes.

  private static Came rest(String head, InputStream in) {
    var body = new ByteArrayOutputStream();
    boolean whole;
    try {
      Matcher length = LENGTH.matcher(head);
      if (CHUNKED.matcher(head).find()) {
        whole = chunks(in, body);
      } else if (length.find()) {
        whole = piece(in, body, Integer.parseInt(length.group(1)));
      } else {
        in.transferTo(body);
        whole = true;
      }
    } catch (IOException _) {
      whole = false;
    }
    return new Came(head, body.toByteArray(), whole);
  }

  private static boolean chunks(InputStream in, ByteArrayOutputStream body) throws IOException {
    while (true) {
      String size = line(in);
      int length = size.isEmpty() ? -1 : Integer.parseInt(size.strip(), 16);
      if (length < 0 || !piece(in, body, length)) {
        return false;
      }
      boolean ended = line(in).equals("\r\n");
      if (length == 0 || !ended) {
        return ended;
      }
    }
  }

  private static boolean piece(InputStream in, ByteArrayOutputStream body, int length)
      throws IOException {
    byte[] piece = in.readNBytes(length);
    body.writeBytes(piece);
    return piece.length == length;
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      line.write(b);
      if (b == '\n') {
        return line.toString(ISO_8859_1);
      }
    }
    return "";
  }

  @Override
  public void close() {
    plain.close();
    secure.close();
  }
}
