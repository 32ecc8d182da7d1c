package dev.sekisho.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What the kernel holds of TCP connections on this machine, as /proc/net/tcp says. */
public final class KernelQueues {
  private static final String ESTABLISHED = "01";

  private KernelQueues() {}

  /**
   * Bytes in the send and receive queues of all sockets that have one of these ports at either end.
   */
  public static long bytes(Set<Integer> ports) throws IOException {
    long bytes = 0;
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      List<String> sockets = Files.readAllLines(Path.of(table));
      for (String socket : sockets.subList(1, sockets.size())) {
        String[] columns = socket.strip().split("\\s+");
        if (columns[3].equals(ESTABLISHED)
            && (ports.contains(port(columns[1])) || ports.contains(port(columns[2])))) {
          String[] queues = columns[4].split(":");
          bytes += Long.parseLong(queues[0], 16) + Long.parseLong(queues[1], 16);
        }
      }
    }
    return bytes;
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), 16);
  }
}
