package dev.sekisho.data.inspect;

import dev.sekisho.net.Host;
import dev.sekisho.net.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the body of a ClientHello (RFC 8446 §4.1.2): every length is held against what is there.
 */
final class HelloParser {
  private static final int SERVER_NAME = 0;
  private static final int ALPN = 16;
  private static final int ENCRYPTED_CLIENT_HELLO = 0xfe0d;
  private static final int HOST_NAME = 0;

  private final byte[] bytes;
  private int at;
  private int end;

  private Optional<Host> serverName = Optional.empty();
  private List<String> protocols = List.of();
  private ClientHello.Encrypted encrypted = ClientHello.Encrypted.ABSENT;

  private HelloParser(byte[] bytes) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /** What is wrong with a ClientHello; never leaves the package. */
  static final class Broken extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    Broken(String reason) {
      super(reason, null, false, false);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  static ClientHello parse(byte[] bytes) throws Broken {
    HelloParser parser = new HelloParser(bytes);
    parser.read();
    return new ClientHello(parser.serverName, parser.protocols, parser.encrypted);
  }

  private void read() throws Broken {
    skip(2 + 32);
    skip(number(1));
    skip(number(2));
    skip(number(1));
    if (at == end) {
      return;
    }
    if (number(2) != end - at) {
      throw new Broken("extensions that do not fill it");
    }
    Set<Integer> seen = new HashSet<>();
    while (at < end) {
      int type = number(2);
      int size = number(2);
      int next = at + size;
      if (next > end) {
        throw new Broken("an extension that reaches beyond it");
      }
      if (!seen.add(type)) {
        throw new Broken("the same extension twice");
      }
      extension(type, next);
      at = next;
    }
  }

  private void extension(int type, int next) throws Broken {
    int whole = end;
    end = next;
    switch (type) {
      case SERVER_NAME -> serverName();
      case ALPN -> protocols();
      case ENCRYPTED_CLIENT_HELLO -> encrypted = ClientHello.Encrypted.OFFERED;
      default -> {}
    }
    end = whole;
  }

  private void serverName() throws Broken {
    if (number(2) != end - at || number(1) != HOST_NAME) {
      throw new Broken("a server name of another shape");
    }
    int size = number(2);
    if (size != end - at || size == 0) {
      throw new Broken("more or less than one server name");
    }
    String name = text(size);
    if (name.chars().anyMatch(c -> c > 0x7e)) {
      throw new Broken("a server name with bytes outside ASCII");
    }
    try {
      serverName = Optional.of(Host.parse(name));
    } catch (MalformedException e) {
      throw new Broken("a server name that is no name: " + e.reason());
    }
  }

  private void protocols() throws Broken {
    if (number(2) != end - at || at == end) {
      throw new Broken("a list of protocols of another shape");
    }
    List<String> names = new ArrayList<>();
    while (at < end) {
      int size = number(1);
      if (size == 0 || size > end - at) {
        throw new Broken("a list of protocols of another shape");
      }
      names.add(text(size));
    }
    protocols = List.copyOf(names);
  }

  private String text(int size) {
    String text = new String(bytes, at, size, StandardCharsets.ISO_8859_1);
    at += size;
    return text;
  }

  private int number(int size) throws Broken {
    if (end - at < size) {
      throw new Broken("less in it than it says");
    }
    int number = 0;
    for (int i = 0; i < size; i++) {
      number = number << 8 | bytes[at++] & 0xff;
    }
    return number;
  }

  private void skip(int size) throws Broken {
    if (end - at < size) {
      throw new Broken("less in it than it says");
    }
    at += size;
  }
}
