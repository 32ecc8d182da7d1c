package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.listen.ProxyProtocol.Result;
import dev.sekisho.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyProtocolTest {
  private static final String SIGNATURE = "0D0A0D0A000D0A515549540A";
  private static final String V4 =
      "C0000201" + "C6336402" + "DEAD" + "01BB"; // 192.0.2.1:57005 to 198.51.100.2:443
  private static final String V6 =
      "20010DB8000000000000000000000001" + "20010DB8000000000000000000000002" + "1F90" + "0050";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PROXY TCP4 192.0.2.1 198.51.100.2 57005 443                                  | 192.0.2.1   | 57005 | 198.51.100.2 | 443
          PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535 | 255.255.255.255 | 65535 | 255.255.255.255 | 65535
          PROXY TCP4 0.0.0.0 0.0.0.0 0 0                                               | 0.0.0.0     | 0     | 0.0.0.0      | 0
          PROXY TCP6 2001:db8::1 2001:db8::2 8080 80                                   | 2001:db8::1 | 8080  | 2001:db8::2  | 80
          PROXY TCP6 2001:0db8:0000:0000:0000:0000:0000:0001 ::1 1 2                   | 2001:db8::1 | 1     | ::1          | 2
          PROXY TCP6 ::ffff:192.0.2.1 ::ffff:10.0.0.1 1 2                              | 192.0.2.1   | 1     | 10.0.0.1     | 2
          """)
  void readsVersionOneAtEverySplit(
      String line, String source, int sourcePort, String destination, int destinationPort)
      throws Exception {
    byte[] header = (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
    var expected =
        new Result.Header(
            IpAddress.parse(source),
            sourcePort,
            IpAddress.parse(destination),
            destinationPort,
            header.length);
    readsAtEverySplit(header, expected);
  }

  @Test
  void readsTheLongestAddresses() throws Exception {
    String longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    byte[] header =
        ("PROXY TCP6 " + longest + " " + longest + " 65535 65535\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    IpAddress address = IpAddress.parse(longest);
    readsAtEverySplit(header, new Result.Header(address, 65535, address, 65535, header.length));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY UNKNOWN\r\n",
        "PROXY UNKNOWN 1.2.3.4 5.6.7.8 1 2\r\n",
        "PROXY UNKNOWN \r\n"
      })
  void takesUnknownForTheConnectionsOwnAddress(String line) {
    byte[] header = line.getBytes(StandardCharsets.US_ASCII);
    readsAtEverySplit(header, new Result.Local(header.length));
  }

  @Test
  void readsVersionTwoAtEverySplit() throws Exception {
    var four =
        new Result.Header(
            IpAddress.parse("192.0.2.1"), 57005, IpAddress.parse("198.51.100.2"), 443, 28);
    readsAtEverySplit(hex("21 11 000C" + V4), four);
    var six =
        new Result.Header(
            IpAddress.parse("2001:db8::1"), 8080, IpAddress.parse("2001:db8::2"), 80, 52);
    readsAtEverySplit(hex("21 21 0024" + V6), six);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "20 00 0000", // LOCAL, as health checks send it
        "20 11 000C C0000201C6336402DEAD01BB", // LOCAL with addresses, which mean nothing
        "20 FF 0003 010203", // LOCAL with a family nobody knows
        "21 00 0000", // PROXY, unspecified
        "21 00 0004 03000101", // PROXY, unspecified, with bytes
      })
  void takesLocalForTheConnectionsOwnAddress(String rest) {
    byte[] header = hex(rest);
    readsAtEverySplit(header, new Result.Local(header.length));
  }

  @Test
  void takesUnixSocketsForTheConnectionsOwnAddress() {
    byte[] header = hex("21 31 00D8" + "2F".repeat(216));
    readsAtEverySplit(header, new Result.Local(header.length));
  }

  @Test
  void passesOverExtensions() {
    // ALPN "h2", authority "a.example", AWS VPC endpoint id (0xEA), NOOP
    String extensions =
        "01 0002 6832" + "02 0009 612E6578616D706C65" + "EA 0004 01767063" + "04 0002 0000";
    byte[] header = hex("21 11 0029" + V4 + extensions);
    assertThat(ProxyProtocol.parse(header, header.length))
        .isInstanceOfSatisfying(
            Result.Header.class, found -> assertThat(found.length()).isEqualTo(16 + 0x29));
  }

  @Test
  void checksTheChecksumWhereThereIsOne() {
    byte[] header = withChecksum(hex("21 11 0018" + V4 + "04 0002 0000" + "03 0004 00000000"), 36);
    readsAtEverySplit(
        header,
        new Result.Header(
            IpAddress.ofBytes(new byte[] {(byte) 192, 0, 2, 1}),
            57005,
            IpAddress.ofBytes(new byte[] {(byte) 198, 51, 100, 2}),
            443,
            header.length));
    for (int bit = 8 * 16; bit < 8 * header.length; bit++) {
      byte[] broken = header.clone();
      broken[bit / 8] ^= (byte) (1 << (bit % 8));
      boolean hidesTheChecksum = bit / 8 >= 28 && bit / 8 < 36;
      if (!hidesTheChecksum) {
        assertThat(ProxyProtocol.parse(broken, broken.length))
            .as("bit " + bit)
            .isInstanceOf(Result.Bad.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\\r\\n",
        "\\r\\n\\r\\nGET",
        "PROXYTCP4",
        "proxy TCP4 1.2.3.4 5.6.7.8 1 2\\r\\n",
        "PROXY  TCP4 1.2.3.4 5.6.7.8 1 2\\r\\n",
        "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\\r\\n",
        "PROXY tcp4 1.2.3.4 5.6.7.8 1 2\\r\\n",
        "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\\r\\n",
        "PROXY \\r\\n",
        "PROXY TCP4\\r\\n",
        "PROXY TCP4 1.2.3.4\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \\r\\n",
        "PROXY TCP4 1.2.3.4  5.6.7.8 1 2\\r\\n",
        "PROXY TCP4 1.2.3.4\\t5.6.7.8 1 2\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\\r\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1\\r 2\\r\\n",
        "PROXY TCP4 1.2.3 5.6.7.8 1 2\\r\\n",
        "PROXY TCP4 1.2.3.256 5.6.7.8 1 2\\r\\n",
        "PROXY TCP4 01.2.3.4 5.6.7.8 1 2\\r\\n",
        "PROXY TCP4 0x1.2.3.4 5.6.7.8 1 2\\r\\n",
        "PROXY TCP4 16909060 5.6.7.8 1 2\\r\\n",
        "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\\r\\n",
        "PROXY TCP4 ::ffff:1.2.3.4 5.6.7.8 1 2\\r\\n",
        "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\\r\\n",
        "PROXY TCP6 2001:db8::1%eth0 ::2 1 2\\r\\n",
        "PROXY TCP6 [2001:db8::1] ::2 1 2\\r\\n",
        "PROXY TCP6 2001:db8:::1 ::2 1 2\\r\\n",
        "PROXY TCP4 localhost 5.6.7.8 1 2\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 99999\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 123456\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2x\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 \\0\\r\\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 \u0661 2\\r\\n",
        "PROXY UNKNOWN \u0001\\r\\n",
      })
  void refusesEveryOtherLine(String escaped) {
    String line =
        escaped.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0");
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    assertThat(ProxyProtocol.parse(bytes, bytes.length)).isInstanceOf(Result.Bad.class);
  }

  @Test
  void refusesALineThatDoesNotEndInTime() {
    byte[] line = ("PROXY UNKNOWN " + "x".repeat(200)).getBytes(StandardCharsets.US_ASCII);
    assertThat(ProxyProtocol.parse(line, 106)).isInstanceOf(Result.NeedMore.class);
    assertThat(ProxyProtocol.parse(line, 107)).isInstanceOf(Result.Bad.class);
    byte[] longest =
        ("PROXY UNKNOWN " + "x".repeat(91) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    assertThat(longest).hasSize(107);
    readsAtEverySplit(longest, new Result.Local(107));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "11 11 000C C0000201C6336402DEAD01BB", // version 1 in binary
        "01 11 000C C0000201C6336402DEAD01BB", // version 0
        "31 11 000C C0000201C6336402DEAD01BB", // version 3
        "22 11 000C C0000201C6336402DEAD01BB", // command 2
        "2F 11 000C C0000201C6336402DEAD01BB", // command 15
        "21 12 000C C0000201C6336402DEAD01BB", // UDP over IPv4
        "21 22 0024 0000", // UDP over IPv6
        "21 32 00D8 0000", // UNIX datagram
        "21 10 000C C0000201C6336402DEAD01BB", // IPv4 without a transport
        "21 01 0000", // TCP over nothing
        "21 13 000C C0000201C6336402DEAD01BB", // unknown transport
        "21 41 000C C0000201C6336402DEAD01BB", // unknown family
        "21 F1 000C C0000201C6336402DEAD01BB",
        "21 11 0000",
        "21 11 000B C0000201C6336402DEAD01", // one byte short
        "21 21 000C C0000201C6336402DEAD01BB", // IPv6 with IPv4's length
        "21 21 0023 00",
        "21 31 00D7 00",
        "21 11 FFFF C0000201C6336402DEAD01BB", // too long
        "21 11 0FF1 C0000201C6336402DEAD01BB", // one too long
        "20 00 FFFF",
        "21 11 000D C0000201C6336402DEAD01BB 04", // half an extension
        "21 11 000E C0000201C6336402DEAD01BB 0400",
        "21 11 000F C0000201C6336402DEAD01BB 040001", // an extension beyond the end
        "21 11 0010 C0000201C6336402DEAD01BB 04FFFF00",
        "21 11 0013 C0000201C6336402DEAD01BB 03000400000000", // a checksum that does not hold
        "21 11 0012 C0000201C6336402DEAD01BB 030003000000", // one of three bytes
        "21 11 0014 C0000201C6336402DEAD01BB 0300050000000000", // one of five
        "21 11 000F C0000201C6336402DEAD01BB 030000", // one of none
        "21 11 001A C0000201C6336402DEAD01BB 03000400000000 03000400000000", // two
      })
  void refusesEveryOtherBinaryHeader(String rest) {
    byte[] header = hex(rest);
    assertThat(ProxyProtocol.parse(header, header.length)).isInstanceOf(Result.Bad.class);
  }

  @Test
  void refusesAWrongSignatureAtTheFirstWrongByte() {
    byte[] header = hex("21 11 000C" + V4);
    for (int i = 0; i < 12; i++) {
      byte[] broken = header.clone();
      broken[i] ^= 0x40;
      assertThat(ProxyProtocol.parse(broken, i + 1)).as("byte " + i).isInstanceOf(Result.Bad.class);
    }
  }

  @Test
  void neverThrowsAndNeverClaimsBytesThatAreNotThere() {
    long seed = 20260711L;
    Random random = new Random(seed);
    byte[][] seeds = {
      hex("21 11 0013" + V4 + "03000400000000"),
      hex("21 21 0024" + V6),
      "PROXY TCP4 192.0.2.1 198.51.100.2 57005 443\r\n".getBytes(StandardCharsets.US_ASCII),
      "PROXY TCP6 2001:db8::1 2001:db8::2 8080 80\r\n".getBytes(StandardCharsets.US_ASCII),
    };
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = Arrays.copyOf(seeds[random.nextInt(seeds.length)], 16 + random.nextInt(80));
      for (int change = random.nextInt(4); change > 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      int available = random.nextInt(bytes.length + 1);
      int length =
          switch (ProxyProtocol.parse(bytes, available)) {
            case Result.Header header -> header.length();
            case Result.Local local -> local.length();
            case Result.NeedMore _, Result.Bad _ -> 0;
          };
      assertThat(length).as("seed %d round %d", seed, i).isLessThanOrEqualTo(available);
    }
  }

  private static void readsAtEverySplit(byte[] header, Result expected) {
    byte[] more = Arrays.copyOf(header, header.length + 5);
    for (int i = 0; i < header.length; i++) {
      assertThat(ProxyProtocol.parse(header, i))
          .as("after " + i + " bytes")
          .isInstanceOf(Result.NeedMore.class);
    }
    for (int i = header.length; i <= more.length; i++) {
      assertThat(ProxyProtocol.parse(more, i)).isEqualTo(expected);
    }
  }

  private static byte[] withChecksum(byte[] header, int at) {
    // 16 + 12 + 5 + 3 = 36: the value of the checksum; the extension's own length says so
    CRC32C crc = new CRC32C();
    crc.update(header);
    byte[] result = header.clone();
    for (int i = 0; i < 4; i++) {
      result[at + i] = (byte) (crc.getValue() >> (24 - 8 * i));
    }
    return result;
  }

  private static byte[] hex(String afterSignature) {
    return HexFormat.of().parseHex(SIGNATURE + afterSignature.replace(" ", ""));
  }
}
