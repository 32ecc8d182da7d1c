package dev.sekisho.policy;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code to.protocol}: what is spoken: HTTP in the clear, HTTP inside TLS, or a WebSocket over
 * either.
 */
record ProtocolLeaf(Set<String> protocols) implements Leaf {
  static final List<String> WORDS = List.of("http", "https", "websocket");

  @Override
  public Truth test(View view, Sense sense) {
    Seen seen = view.seen();
    if (seen.request != Facts.State.KNOWN) {
      return Truth.missing(Facts.Group.REQUEST, seen.request);
    }
    return Truth.of(protocols.contains(value(seen)));
  }

  @Override
  public int groups() {
    return Truth.bit(Facts.Group.REQUEST);
  }

  @Override
  public String field() {
    return "to.protocol";
  }

  @Override
  public String expected() {
    return Texts.some(new TreeSet<>(protocols));
  }

  @Override
  public String value(Seen seen) {
    return "http".equals(seen.protocol)
        ? String.valueOf(seen.scheme)
        : String.valueOf(seen.protocol);
  }
}
