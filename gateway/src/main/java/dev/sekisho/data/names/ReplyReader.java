package dev.sekisho.data.names;

import dev.sekisho.net.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answer to one question (RFC 1035 §4, strictly): only what belongs to the name asked
 * for, by following the aliases from it, is believed; everything else in the message is passed
 * over. The bytes come from the network and may be anything, so every read is bounded by the
 * message, pointers in names only lead backwards, and counts are limited.
 */
final class ReplyReader {
  static final int MOST_ADDRESSES = 32;
  static final int MOST_LINKS = 16;

  private static final int MOST_RECORDS = 512;
  private static final int MOST_OCTETS = 255;
  private static final int HEADER = 12;
  private static final int TYPE_CNAME = 5;
  private static final int TYPE_SOA = 6;
  private static final int CLASS_IN = 1;
  private static final int NXDOMAIN = 3;

  private final byte[] message;
  private final Question question;
  private final Map<String, Link> aliases = new HashMap<>();
  private final Map<String, Set<IpAddress>> addresses = new LinkedHashMap<>();
  private final Map<String, Long> ttls = new HashMap<>();
  private long soaTtl = -1;
  private int at;

  private record Link(String target, long ttl) {}

  /** Thrown inside only: the bytes are no DNS message. */
  private static final class BrokenMessage extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenMessage(String message) {
      super(message, null, false, false);
    }
  }

  private ReplyReader(Question question, byte[] message) {
    this.question = question;
    this.message = message;
  }

  /** Never throws, whatever the bytes are. */
  static Reply read(Question question, byte[] message) {
    try {
      return new ReplyReader(question, message).reply();
    } catch (BrokenMessage e) {
      return new Reply.Foreign(String.valueOf(e.getMessage()));
    }
  }

  private Reply reply() throws BrokenMessage {
    if (message.length < HEADER) {
      return new Reply.Foreign("shorter than a header");
    }
    int flags = u16(2);
    if (u16(0) != question.id() || (flags & 0xF800) != 0x8000) {
      return new Reply.Foreign("another id, or no answer");
    }
    int code = flags & 0xF;
    boolean echoed = u16(4) == 1;
    if (!echoed && (u16(4) != 0 || code == 0 || code == NXDOMAIN)) {
      return new Reply.Foreign("not one question");
    }
    at = HEADER;
    if (echoed && !sameQuestion()) {
      return new Reply.Foreign("another question");
    }
    if (code != 0 && code != NXDOMAIN) {
      return new Reply.Refused(code);
    }
    if ((flags & 0x0200) != 0) {
      return new Reply.Truncated();
    }
    int answers = u16(6);
    int authority = u16(8);
    if (answers + authority > MOST_RECORDS) {
      return new Reply.Foreign("more than " + MOST_RECORDS + " records");
    }
    for (int i = 0; i < answers; i++) {
      answerRecord();
    }
    for (int i = 0; i < authority; i++) {
      authorityRecord();
    }
    return follow(code);
  }

  private boolean sameQuestion() throws BrokenMessage {
    String name = name();
    int type = next16();
    int kind = next16();
    return name.equals(question.name().text())
        && type == question.family().type()
        && kind == CLASS_IN;
  }

  private void answerRecord() throws BrokenMessage {
    String owner = name();
    int type = next16();
    int kind = next16();
    long ttl = nextTtl();
    int length = next16();
    int end = end(length);
    if (kind == CLASS_IN && type == TYPE_CNAME) {
      aliases.putIfAbsent(owner, new Link(name(), ttl));
      if (at != end) {
        throw new BrokenMessage("an alias of the wrong length");
      }
    } else if (kind == CLASS_IN && type == question.family().type()) {
      if (length != question.family().width()) {
        throw new BrokenMessage("an address of the wrong length");
      }
      byte[] bytes = new byte[length];
      System.arraycopy(message, at, bytes, 0, length);
      addresses.computeIfAbsent(owner, _ -> new LinkedHashSet<>()).add(IpAddress.ofBytes(bytes));
      ttls.merge(owner, ttl, Math::min);
    }
    at = end;
  }

  private void authorityRecord() throws BrokenMessage {
    name();
    int type = next16();
    next16();
    long ttl = nextTtl();
    int end = end(next16());
    if (type == TYPE_SOA) {
      name();
      name();
      at += 16;
      soaTtl = Math.min(ttl, nextTtl());
    }
    at = end;
  }

  /**
   * From the name asked for along its aliases to the addresses, or to where the message says no
   * more.
   */
  private Reply follow(int code) {
    String name = question.name().text();
    long ttl = Long.MAX_VALUE;
    int links = 0;
    for (@Nullable Link link = aliases.get(name); link != null; link = aliases.get(name)) {
      if (++links > MOST_LINKS) {
        return new Reply.Endless();
      }
      name = link.target();
      ttl = Math.min(ttl, link.ttl());
    }
    if (code == NXDOMAIN) {
      return new Reply.None(Reply.Absence.NAME, Math.min(ttl, soaTtl));
    }
    @Nullable Set<IpAddress> found = addresses.get(name);
    if (found != null) {
      List<IpAddress> some = new ArrayList<>(found);
      return new Reply.Found(
          List.copyOf(some.subList(0, Math.min(some.size(), MOST_ADDRESSES))),
          Math.min(ttl, ttls.getOrDefault(name, 0L)));
    }
    if (links > 0 && soaTtl < 0) {
      return new Reply.Alias(name, ttl, links);
    }
    return new Reply.None(Reply.Absence.DATA, Math.min(ttl, soaTtl));
  }

  /**
   * A name in lower case with dots. Bytes that no host name has are written as {@code \ddd}, so
   * that a label with a dot in it (usual in the mail address of an SOA record) is not taken for two
   * labels and never equals a name that was asked for.
   */
  private String name() throws BrokenMessage {
    StringBuilder text = new StringBuilder();
    int position = at;
    int least = at;
    int octets = 1;
    boolean jumped = false;
    while (true) {
      int length = u8(position);
      if (length >= 0xC0) {
        int target = (length & 0x3F) << 8 | u8(position + 1);
        if (target >= least) {
          throw new BrokenMessage("a name that points forward");
        }
        at = jumped ? at : position + 2;
        jumped = true;
        least = target;
        position = target;
      } else if (length > 63 || octets + 1 + length > MOST_OCTETS) {
        throw new BrokenMessage("a label of an unknown kind, or a name that is too long");
      } else if (length == 0) {
        at = jumped ? at : position + 1;
        return text.toString();
      } else {
        label(text, position + 1, length);
        octets += 1 + length;
        position += 1 + length;
      }
    }
  }

  private void label(StringBuilder text, int from, int length) throws BrokenMessage {
    u8(from + length - 1);
    text.append(text.isEmpty() ? "" : ".");
    for (int i = from; i < from + length; i++) {
      int octet = message[i] & 0xFF;
      if (octet <= ' ' || octet == '.' || octet == '\\' || octet > '~') {
        text.append('\\').append(octet);
      } else {
        text.append((char) (octet >= 'A' && octet <= 'Z' ? octet + 32 : octet));
      }
    }
  }

  private int end(int length) throws BrokenMessage {
    if (at + length > message.length) {
      throw new BrokenMessage("a record that is cut off");
    }
    return at + length;
  }

  /** In seconds; one with the highest bit set counts as zero (RFC 2181 §8). */
  private long nextTtl() throws BrokenMessage {
    long ttl = (long) next16() << 16 | next16();
    return ttl > Integer.MAX_VALUE ? 0 : ttl;
  }

  private int next16() throws BrokenMessage {
    int value = u16(at);
    at += 2;
    return value;
  }

  private int u16(int position) throws BrokenMessage {
    return u8(position) << 8 | u8(position + 1);
  }

  private int u8(int position) throws BrokenMessage {
    if (position >= message.length) {
      throw new BrokenMessage("a message that is cut off");
    }
    return message[position] & 0xFF;
  }
}
