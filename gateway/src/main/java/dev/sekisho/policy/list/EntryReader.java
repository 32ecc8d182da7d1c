package dev.sekisho.policy.list;

import dev.sekisho.net.Cidr;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import java.util.Locale;
import java.util.Set;

/** Reads one line of a list and puts what it says into the index under construction. */
final class EntryReader {
  /** Deeper paths are not looked up either. */
  static final int MOST_SEGMENTS = 64;

  private static final Set<String> NOT_NAMES_OF_OTHERS =
      Set.of(
          "localhost",
          "localhost.localdomain",
          "local",
          "broadcasthost",
          "ip6-localhost",
          "ip6-loopback",
          "ip6-localnet",
          "ip6-mcastprefix",
          "ip6-allnodes",
          "ip6-allrouters",
          "ip6-allhosts",
          "0.0.0.0");

  private final NameHash hash;
  private final Compilation into;

  EntryReader(NameHash hash, Compilation into) {
    this.hash = hash;
    this.into = into;
  }

  /**
   * @throws MalformedException when the line cannot be used; nothing was added then
   */
  void read(int list, ListFormat format, String line) throws MalformedException {
    switch (format) {
      case PLAIN -> plain(list, line);
      case HOSTS -> hosts(list, line);
      case DOMAINS -> domain(list, line);
      case URLS -> url(list, line);
    }
  }

  private void plain(int list, String line) throws MalformedException {
    if (line.startsWith(".")) {
      below(list, name(line.substring(1)));
    } else if (line.indexOf('/') >= 0) {
      range(list, Cidr.parse(line));
    } else if (looksLikeAddress(line)) {
      address(list, line);
    } else {
      into.name(hash.of(name(line)), list, IndexBuilder.EXACT);
    }
  }

  private void hosts(int list, String line) throws MalformedException {
    String[] words = line.split("[ \t]+");
    if (words.length < 2) {
      throw new MalformedException("a hosts file has an address and then names");
    }
    if (!looksLikeAddress(words[0])) {
      throw new MalformedException("'" + words[0] + "' is not an address");
    }
    for (int i = 1; i < words.length; i++) {
      if (!NOT_NAMES_OF_OTHERS.contains(words[i].toLowerCase(Locale.ROOT))) {
        into.name(hash.of(name(words[i])), list, IndexBuilder.EXACT);
      }
    }
  }

  private void domain(int list, String line) throws MalformedException {
    if (looksLikeAddress(line)) {
      address(list, line);
    } else {
      below(list, name(line.startsWith(".") ? line.substring(1) : line));
    }
  }

  private void below(int list, String name) {
    int labels = 1 + (int) name.chars().filter(c -> c == '.').count();
    into.below(hash.of(name), list, labels);
  }

  private void url(int list, String line) throws MalformedException {
    int scheme = line.indexOf("://");
    String rest = scheme >= 0 ? line.substring(scheme + 3) : line;
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    String path = slash < 0 ? "" : withoutEnd(rest.substring(slash));
    int colon = authority.lastIndexOf(':');
    if (colon >= 0 && !authority.endsWith("]")) {
      authority = authority.substring(0, colon);
    }
    long host = hash.of(hostText(authority));
    if (path.isEmpty()) {
      into.name(host, list, IndexBuilder.EXACT);
      return;
    }
    if (path.chars().filter(c -> c == '/').count() > MOST_SEGMENTS) {
      throw new MalformedException("the path has more than " + MOST_SEGMENTS + " segments");
    }
    into.name(host, list, IndexBuilder.HAS_URLS);
    into.name(hash.prefix(host, path), list, IndexBuilder.URL);
  }

  private static String withoutEnd(String path) {
    int hash = path.indexOf('#');
    String result = hash < 0 ? path : path.substring(0, hash);
    while (result.endsWith("/")) {
      result = result.substring(0, result.length() - 1);
    }
    return result;
  }

  private static String hostText(String authority) throws MalformedException {
    if (authority.startsWith("[") && authority.endsWith("]")) {
      return IpAddress.parse(authority.substring(1, authority.length() - 1)).unmapped().text();
    }
    return looksLikeAddress(authority) ? IpAddress.parse(authority).text() : name(authority);
  }

  /**
   * An address is kept as its canonical text, as a name is: what the client asks for is compared,
   * not what it resolves to.
   */
  private void address(int list, String text) throws MalformedException {
    into.name(hash.of(IpAddress.parse(text).unmapped().text()), list, IndexBuilder.EXACT);
  }

  /** A range of one address is an address, and needs no look-up of its own. */
  private void range(int list, Cidr cidr) {
    if (cidr.prefix() == (cidr.network().v6() ? 128 : 32)) {
      into.name(hash.of(cidr.network().text()), list, IndexBuilder.EXACT);
    } else {
      into.range(list, cidr);
    }
  }

  /** No top-level domain is a number, and no name has a colon. */
  private static boolean looksLikeAddress(String text) {
    if (text.indexOf(':') >= 0) {
      return true;
    }
    int last = text.lastIndexOf('.') + 1;
    return last < text.length()
        && text.charAt(last) >= '0'
        && text.charAt(last) <= '9'
        && text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
  }

  /**
   * The canonical name; one that is canonical already, as nearly all in big lists are, is not
   * parsed again.
   */
  static String name(String text) throws MalformedException {
    return canonical(text) ? text : DomainName.parse(text).text();
  }

  private static boolean canonical(String text) {
    int length = text.length();
    int label = 0;
    boolean letter = false;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c == '.') {
        if (label == 0 || text.charAt(i - 1) == '-') {
          return false;
        }
        label = 0;
        letter = false;
        continue;
      }
      if (!(c >= 'a' && c <= 'z'
          || c >= '0' && c <= '9'
          || c == '_'
          || (c == '-' && label > 0 && label != 2 && label != 3))) {
        return false;
      }
      letter |= c >= 'a';
      if (++label > 63) {
        return false;
      }
    }
    return label > 0 && letter && length <= 253 && text.charAt(length - 1) != '-';
  }
}
