package harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** How a client gets a tunnel to an origin through a proxy. */
sealed interface Entrance {
  SocketChannel open(int originPort) throws IOException;

  static SocketChannel dial(int port) throws IOException {
    return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** A forward proxy is asked by CONNECT (RFC 9110 section 9.3.6). */
  record ByConnect(int port) implements Entrance {
    @Override
    public SocketChannel open(int originPort) throws IOException {
      SocketChannel channel = dial(port);
      String target = Origins.HOST + ":" + originPort;
      String request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n";
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      String head = readHead(channel);
      if (!head.matches("(?s)HTTP/1\\.[01] 200 .*")) {
        channel.close();
        throw new IOException(
            "CONNECT " + target + " was answered: " + head.lines().findFirst().orElse("nothing"));
      }
      return channel;
    }

    /** Byte by byte, so that nothing of the tunnel's own bytes is taken. */
    private static String readHead(SocketChannel channel) throws IOException {
      StringBuilder head = new StringBuilder();
      ByteBuffer one = ByteBuffer.allocate(1);
      while (head.indexOf("\r\n\r\n") < 0 && channel.read(one.clear()) == 1) {
        head.append((char) one.get(0));
      }
      return head.toString();
    }
  }

  /** A TCP relay knows its origin by the port it was called on. */
  record ByPort(Map<Integer, Integer> frontends) implements Entrance {
    @Override
    public SocketChannel open(int originPort) throws IOException {
      return dial(frontends.get(originPort));
    }
  }
}
