package dev.sekisho.data.listen;

import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The PROXY protocol, versions 1 and 2 (HAProxy, "The PROXY protocol", 2020-03-05): how a load
 * balancer in front says who the client is. Bytes in, value out. Strict, because whoever writes
 * this header chooses the client's address: nothing is guessed, and bytes that cannot become a
 * header are refused at the first one that is wrong.
 */
public final class ProxyProtocol {
  /**
   * The longest header that is accepted, in bytes: addresses and a few KiB of extensions (TLVs).
   */
  public static final int MOST_BYTES = 4096;

  private static final byte[] V1_PREFIX = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] V2_PREFIX = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };
  private static final int V1_MOST = 107;
  private static final int V2_HEAD = 16;
  private static final int TYPE_CRC32C = 0x03;
  private static final Result NEED_MORE = new Result.NeedMore();

  private final byte[] bytes;
  private final int available;

  /** What the bytes seen so far are. */
  public sealed interface Result {
    /** So far a proper beginning; ask again when there are more. */
    record NeedMore() implements Result {}

    /**
     * A client's connection was passed on.
     *
     * @param length bytes of the header; what follows is the client's
     */
    record Header(
        IpAddress source, int sourcePort, IpAddress destination, int destinationPort, int length)
        implements Result {}

    /**
     * No client's address is told (LOCAL, UNKNOWN, or a family that is not IP): the connection's
     * own is the one to use.
     */
    record Local(int length) implements Result {}

    /** Not a header. {@code reason} is a phrase that fits after "because". */
    record Bad(String reason) implements Result {}
  }

  private ProxyProtocol(byte[] bytes, int available) {
    this.bytes = bytes;
    this.available = available;
  }

  /** Looks at the first {@code available} bytes of a connection. */
  public static Result parse(byte[] bytes, int available) {
    if (available == 0) {
      return NEED_MORE;
    }
    var header = new ProxyProtocol(bytes, available);
    return bytes[0] == V1_PREFIX[0] ? header.version1() : header.version2();
  }

  private Result version1() {
    if (!begins(V1_PREFIX)) {
      return bad("it does not begin with a PROXY header");
    }
    int end = 0;
    while (end < available && end < V1_MOST && bytes[end] != '\n') {
      if (bytes[end] != '\r' && (bytes[end] < ' ' || bytes[end] > '~')) {
        return bad("the line has bytes that are not printable");
      }
      if (bytes[end] == '\r' && end + 1 < available && bytes[end + 1] != '\n') {
        return bad("the line has a CR that does not end it");
      }
      end++;
    }
    if (end == V1_MOST) {
      return bad("the line is longer than " + V1_MOST + " bytes");
    }
    if (end == available) {
      return NEED_MORE;
    }
    if (bytes[end - 1] != '\r') {
      return bad("the line ends in LF without CR");
    }
    return line(new String(bytes, 0, end - 1, StandardCharsets.US_ASCII), end + 1);
  }

  private static Result line(String line, int length) {
    String[] words = line.split(" ", -1);
    if (words[1].equals("UNKNOWN")) {
      return new Result.Local(length);
    }
    boolean v4 = words[1].equals("TCP4");
    if (!v4 && !words[1].equals("TCP6")) {
      return bad("the protocol is not TCP4, TCP6 or UNKNOWN");
    }
    if (words.length != 6) {
      return bad("it does not consist of two addresses and two ports");
    }
    try {
      IpAddress source = address(words[2], v4);
      IpAddress destination = address(words[3], v4);
      return new Result.Header(source, port(words[4]), destination, port(words[5]), length);
    } catch (MalformedException e) {
      return bad(e.reason());
    }
  }

  private static IpAddress address(String word, boolean v4) throws MalformedException {
    IpAddress address = IpAddress.parse(word);
    if (address.v6() == v4) {
      throw new MalformedException("an address is not of the family named");
    }
    return IpAddress.ofBytes(address.bytes());
  }

  private static int port(String word) throws MalformedException {
    boolean digits =
        !word.isEmpty() && word.length() <= 5 && word.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits
        || (word.length() > 1 && word.charAt(0) == '0')
        || Integer.parseInt(word) > 0xFFFF) {
      throw new MalformedException("a port is not a number from 0 to 65535 without leading zeros");
    }
    return Integer.parseInt(word);
  }

  private Result version2() {
    if (!begins(V2_PREFIX)) {
      return bad("it does not begin with a PROXY header");
    }
    if (available > 12 && (u8(12) & 0xF0) != 0x20) {
      return bad("the version is not 2");
    }
    if (available > 12 && (u8(12) & 0x0F) > 1) {
      return bad("the command is neither LOCAL nor PROXY");
    }
    if (available < V2_HEAD) {
      return NEED_MORE;
    }
    int length = V2_HEAD + u16(14);
    if (length > MOST_BYTES) {
      return bad("the header is longer than " + MOST_BYTES + " bytes");
    }
    boolean local = (u8(12) & 0x0F) == 0;
    Family family = Family.of(u8(13));
    if (!local && family == Family.OTHER) {
      return bad("the family and transport are not TCP over IPv4 or IPv6, nor a UNIX stream");
    }
    if (!local && u16(14) < family.length) {
      return bad("the addresses are cut off");
    }
    if (available < length) {
      return NEED_MORE;
    }
    if (local || family == Family.UNSPECIFIED) {
      return new Result.Local(length);
    }
    return addresses(family, length);
  }

  private Result addresses(Family family, int length) {
    try {
      checkExtensions(V2_HEAD + family.length, length);
    } catch (MalformedException e) {
      return bad(e.reason());
    }
    return switch (family) {
      case IPV4 -> header(4, length);
      case IPV6 -> header(16, length);
      case UNIX, UNSPECIFIED, OTHER -> new Result.Local(length);
    };
  }

  private Result header(int width, int length) {
    int ports = V2_HEAD + 2 * width;
    return new Result.Header(
        address(V2_HEAD, width),
        u16(ports),
        address(V2_HEAD + width, width),
        u16(ports + 2),
        length);
  }

  /**
   * Type, length, value until the end of the header, exactly; a checksum is checked, everything
   * else passed over.
   */
  private void checkExtensions(int from, int end) throws MalformedException {
    int checksum = -1;
    int at = from;
    while (at < end) {
      if (at + 3 > end || at + 3 + u16(at + 1) > end) {
        throw new MalformedException("an extension (TLV) is cut off");
      }
      if (u8(at) == TYPE_CRC32C) {
        if (checksum >= 0 || u16(at + 1) != 4) {
          throw new MalformedException("the checksum is given twice or has the wrong length");
        }
        checksum = at + 3;
      }
      at += 3 + u16(at + 1);
    }
    if (checksum >= 0 && !checksumHolds(checksum, end)) {
      throw new MalformedException("the checksum does not hold");
    }
  }

  /** Over the whole header with the checksum's own bytes as zeros (§2.2.3). */
  private boolean checksumHolds(int position, int end) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, position);
    crc.update(new byte[4]);
    crc.update(bytes, position + 4, end - position - 4);
    long stated = (long) u16(position) << 16 | u16(position + 2);
    return crc.getValue() == stated;
  }

  private IpAddress address(int from, int width) {
    byte[] address = new byte[width];
    System.arraycopy(bytes, from, address, 0, width);
    return IpAddress.ofBytes(address);
  }

  private boolean begins(byte[] prefix) {
    for (int i = 0; i < Math.min(prefix.length, available); i++) {
      if (bytes[i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private int u16(int at) {
    return u8(at) << 8 | u8(at + 1);
  }

  private int u8(int at) {
    return bytes[at] & 0xFF;
  }

  private static Result bad(String reason) {
    return new Result.Bad(reason);
  }

  /** The address family and transport of version 2, with the bytes its addresses take. */
  private enum Family {
    UNSPECIFIED(0),
    IPV4(12),
    IPV6(36),
    UNIX(216),
    /** Datagrams, which this connection is not, and what the specification does not know. */
    OTHER(0);

    private final int length;

    Family(int length) {
      this.length = length;
    }

    static Family of(int code) {
      return switch (code) {
        case 0x00 -> UNSPECIFIED;
        case 0x11 -> IPV4;
        case 0x21 -> IPV6;
        case 0x31 -> UNIX;
        default -> OTHER;
      };
    }
  }
}
