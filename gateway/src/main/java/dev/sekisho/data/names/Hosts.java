package dev.sekisho.data.names;

import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The hosts file (hosts(5)): a name found there is not asked for anywhere else. */
record Hosts(Map<DomainName, List<IpAddress>> entries) {
  static final Hosts NONE = new Hosts(Map.of());

  Hosts {
    entries = Map.copyOf(entries);
  }

  /** Lines that are not an address and names are passed over, as the C library does. */
  static Hosts parse(String text) {
    Map<DomainName, List<IpAddress>> entries = new HashMap<>();
    text.lines().forEach(line -> addLine(line, entries));
    entries.replaceAll((_, addresses) -> List.copyOf(addresses));
    return new Hosts(entries);
  }

  private static void addLine(String line, Map<DomainName, List<IpAddress>> entries) {
    int comment = line.indexOf('#');
    String[] words = (comment < 0 ? line : line.substring(0, comment)).strip().split("[ \t]+");
    try {
      IpAddress address = IpAddress.parse(words[0]);
      for (int i = 1; i < words.length; i++) {
        List<IpAddress> addresses =
            entries.computeIfAbsent(DomainName.parse(words[i]), _ -> new ArrayList<>());
        if (!addresses.contains(address) && addresses.size() < ReplyReader.MOST_ADDRESSES) {
          addresses.add(address);
        }
      }
    } catch (MalformedException _) {
      // a line for somebody else, such as one with a scoped address
    }
  }
}
