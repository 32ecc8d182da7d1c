package dev.sekisho.data.names;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Whom to ask, and how patiently.
 *
 * @param servers in order of preference, never empty
 * @param patience for one packet to one server
 * @param rounds how often the whole list is tried
 */
record NameServers(List<InetSocketAddress> servers, Duration patience, int rounds) {
  private static final int DNS_PORT = 53;
  private static final int MOST_SERVERS = 3;
  private static final int USUAL_PATIENCE = 5;
  private static final int USUAL_ROUNDS = 2;

  NameServers {
    servers = List.copyOf(servers);
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("no name server");
    }
  }

  static NameServers of(List<InetSocketAddress> servers) {
    return new NameServers(servers, Duration.ofSeconds(USUAL_PATIENCE), USUAL_ROUNDS);
  }

  /**
   * Reads resolv.conf(5): {@code nameserver} (the first three) and the options {@code timeout} and
   * {@code attempts}. {@code search}, {@code domain} and {@code ndots} are passed over: a proxy is
   * asked for absolute names, and completing them with the gateway's own domain would send a client
   * elsewhere than the URL says. Without a name server the one on this machine is asked.
   */
  static NameServers parse(String text) {
    List<InetSocketAddress> servers = new ArrayList<>();
    int patience = USUAL_PATIENCE;
    int rounds = USUAL_ROUNDS;
    for (String line : text.lines().toList()) {
      String[] words = line.strip().split("[ \t]+");
      if (words[0].equals("nameserver") && words.length > 1 && servers.size() < MOST_SERVERS) {
        addServer(words[1], servers);
      } else if (words[0].equals("options")) {
        patience = option(words, "timeout:", 30, patience);
        rounds = option(words, "attempts:", 5, rounds);
      }
    }
    if (servers.isEmpty()) {
      servers.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), DNS_PORT));
    }
    return new NameServers(servers, Duration.ofSeconds(patience), rounds);
  }

  /**
   * The same, with patience cut so that every server is tried {@code rounds} times before the time
   * for the whole is over.
   */
  NameServers within(Duration whole) {
    Duration share = whole.dividedBy((long) servers.size() * rounds);
    return patience.compareTo(share) <= 0 ? this : new NameServers(servers, share, rounds);
  }

  private static void addServer(String text, List<InetSocketAddress> servers) {
    try {
      servers.add(new InetSocketAddress(InetAddress.ofLiteral(text), DNS_PORT));
    } catch (IllegalArgumentException _) {
      // not an address: the C library passes over it, too
    }
  }

  private static int option(String[] words, String key, int most, int otherwise) {
    int value = otherwise;
    for (String word : words) {
      if (word.startsWith(key) && word.substring(key.length()).matches("[0-9]{1,4}")) {
        value = Math.clamp(Integer.parseInt(word.substring(key.length())), 1, most);
      }
    }
    return value;
  }
}
