package dev.sekisho.data.names;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplyReaderTest {
  /**
   * Asks for the address of a.bc, id 0x1234; 4 bytes of name + 2, type, class: the question takes
   * 22 bytes with the header.
   */
  private static final Question QUESTION =
      new Question(0x1234, new DomainName("a.bc"), Family.IPV4, Question.Extension.EDNS);

  private static final String Q = "0161 026263 00 0001 0001";
  private static final String ADDRESS =
      "C00C 0001 0001 0000003C 0004 C0000201 "; // 60 seconds, 192.0.2.1
  private static final String SOA =
      "00 0006 0001 00000064 0016 00 00 00000001 00000002 00000003 00000004 0000001E";

  @Test
  void asksWhatNettysDecoderReads() {
    EmbeddedChannel reader = new EmbeddedChannel(new DatagramDnsQueryDecoder());
    InetSocketAddress here = new InetSocketAddress("127.0.0.1", 53);
    reader.writeInbound(new DatagramPacket(Unpooled.wrappedBuffer(QUESTION.bytes()), here, here));
    DatagramDnsQuery query = reader.readInbound();
    assertThat(query.id()).isEqualTo(0x1234);
    assertThat(query.isRecursionDesired()).isTrue();
    DnsQuestion question = query.recordAt(DnsSection.QUESTION);
    assertThat(question.name()).isEqualTo("a.bc.");
    assertThat(question.type().intValue()).isEqualTo(1);
    DnsRecord opt = query.recordAt(DnsSection.ADDITIONAL);
    assertThat(opt.type()).isEqualTo(DnsRecordType.OPT);
    assertThat(opt.dnsClass()).isEqualTo(Question.PACKET);
    query.release();
    byte[] plain =
        new Question(1, new DomainName("a.bc"), Family.IPV6, Question.Extension.PLAIN).bytes();
    assertThat(plain).isEqualTo(hex("0001 0100 0001 0000 0000 0000 0161 026263 00 001C 0001"));
  }

  @Test
  void readsAddresses() {
    assertThat(read("1234 8180 0001 0001 0000 0000" + Q + ADDRESS))
        .isEqualTo(found(60, "192.0.2.1"));
    String second = "C00C 0001 0001 0000000A 0004 C0000202";
    assertThat(read("1234 8180 0001 0002 0000 0000" + Q + ADDRESS + second))
        .isEqualTo(found(10, "192.0.2.1", "192.0.2.2"));
    assertThat(read("1234 8180 0001 0001 0000 0001" + Q + ADDRESS + "00 0029 04D0 00000000 0000"))
        .isEqualTo(found(60, "192.0.2.1"));
  }

  @Test
  void comparesNamesWithoutRegardToCase() {
    String loud = "0141 026243 00 0001 0001";
    String mixed = "0161 024263 00 0001 0001 0000003C 0004 C0000201";
    assertThat(read("1234 8180 0001 0001 0000 0000" + loud + mixed))
        .isEqualTo(found(60, "192.0.2.1"));
  }

  @Test
  void believesNothingAboutNamesThatWereNotAskedFor() {
    String other = "017A 026263 00 0001 0001 0000003C 0004 C0000299";
    assertThat(read("1234 8180 0001 0002 0000 0000" + Q + other + ADDRESS))
        .isEqualTo(found(60, "192.0.2.1"));
    assertThat(read("1234 8180 0001 0001 0000 0000" + Q + other))
        .isEqualTo(new Reply.None(Reply.Absence.DATA, -1));
    String chaos = "C00C 0001 0003 0000003C 0004 C0000299";
    assertThat(read("1234 8180 0001 0001 0000 0000" + Q + chaos))
        .isEqualTo(new Reply.None(Reply.Absence.DATA, -1));
  }

  @Test
  void followsAliasesInAnyOrder() {
    String alias = "C00C 0005 0001 0000001E 0004 0178 C00E "; // a.bc is x.bc
    String target = "0178 C00E 0001 0001 0000003C 0004 C0000207";
    assertThat(read("1234 8180 0001 0002 0000 0000" + Q + alias + target))
        .isEqualTo(found(30, "192.0.2.7"));
    assertThat(read("1234 8180 0001 0002 0000 0000" + Q + target + alias))
        .isEqualTo(found(30, "192.0.2.7"));
    assertThat(read("1234 8180 0001 0001 0000 0000" + Q + alias))
        .isEqualTo(new Reply.Alias("x.bc", 30, 1));
    assertThat(read("1234 8180 0001 0001 0001 0000" + Q + alias + SOA))
        .isEqualTo(new Reply.None(Reply.Absence.DATA, 30));
    assertThat(read("1234 8180 0001 0001 0000 0000" + Q + "C00C 0005 0001 0000001E 0002 C00C"))
        .isEqualTo(new Reply.Endless());
  }

  @Test
  void readsAbsenceAndHowLongItMayBeBelieved() {
    assertThat(read("1234 8183 0001 0000 0001 0000" + Q + SOA))
        .isEqualTo(new Reply.None(Reply.Absence.NAME, 30));
    assertThat(read("1234 8180 0001 0000 0001 0000" + Q + SOA))
        .isEqualTo(new Reply.None(Reply.Absence.DATA, 30));
    assertThat(read("1234 8183 0001 0000 0000 0000" + Q))
        .isEqualTo(new Reply.None(Reply.Absence.NAME, -1));
    assertThat(read("1234 8183 0001 0001 0000 0000" + Q + ADDRESS))
        .as("an address of a name that does not exist")
        .isEqualTo(new Reply.None(Reply.Absence.NAME, -1));
  }

  @Test
  void takesATimeToLiveWithTheHighestBitForZero() {
    assertThat(read("1234 8180 0001 0001 0000 0000" + Q + "C00C 0001 0001 80000000 0004 C0000201"))
        .isEqualTo(found(0, "192.0.2.1"));
  }

  @Test
  void readsRefusalAndTruncation() {
    assertThat(read("1234 8182 0001 0000 0000 0000" + Q)).isEqualTo(new Reply.Refused(2));
    assertThat(read("1234 8181 0000 0000 0000 0000")).isEqualTo(new Reply.Refused(1));
    assertThat(read("1234 8380 0001 0000 0000 0000" + Q)).isEqualTo(new Reply.Truncated());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          empty                         | ''
          half a header                 | 1234 8180 0001
          another id                    | 1235 8180 0001 0000 0000 0000 0161 026263 00 0001 0001
          a question                    | 1234 0100 0001 0000 0000 0000 0161 026263 00 0001 0001
          another operation             | 1234 9180 0001 0000 0000 0000 0161 026263 00 0001 0001
          no question                   | 1234 8180 0000 0000 0000 0000
          two questions                 | 1234 8180 0002 0000 0000 0000 0161 026263 00 0001 0001 0161 026263 00 0001 0001
          another name                  | 1234 8180 0001 0000 0000 0000 0162 026263 00 0001 0001
          a longer name                 | 1234 8180 0001 0000 0000 0000 0161 026263 0164 00 0001 0001
          one label with a dot          | 1234 8180 0001 0000 0000 0000 04612E6263 00 0001 0001
          another type                  | 1234 8180 0001 0000 0000 0000 0161 026263 00 001C 0001
          another class                 | 1234 8180 0001 0000 0000 0000 0161 026263 00 0001 0003
          a question cut off            | 1234 8180 0001 0000 0000 0000 0161 026263 00 0001
          a name cut off                | 1234 8180 0001 0000 0000 0000 0161 0262
          fewer answers than counted    | 1234 8180 0001 0002 0000 0000 0161 026263 00 0001 0001 C00C 0001 0001 0000003C 0004 C0000201
          an address cut off            | 1234 8180 0001 0001 0000 0000 0161 026263 00 0001 0001 C00C 0001 0001 0000003C 0004 C00002
          five bytes of address | 1234 8180 0001 0001 0000 0000 0161 026263 00 0001 0001 C00C 0001 0001 0000003C 0005 C000020101
          an address of no bytes        | 1234 8180 0001 0001 0000 0000 0161 026263 00 0001 0001 C00C 0001 0001 0000003C 0000
          a pointer to itself           | 1234 8180 0001 0001 0000 0000 0161 026263 00 0001 0001 C016 0001 0001 0000003C 0004 C0000201
          a pointer forward             | 1234 8180 0001 0001 0000 0000 0161 026263 00 0001 0001 C017 0001 0001 0000003C 0004 C0000201
          a pointer beyond the end      | 1234 8180 0001 0001 0000 0000 0161 026263 00 0001 0001 FFFF 0001 0001 0000003C 0004 C0000201
          a label of a reserved kind    | 1234 8180 0001 0001 0000 0000 0161 026263 00 0001 0001 8001 0001 0001 0000003C 0004 C0000201
          an alias longer than stated   | 1234 8180 0001 0001 0000 0000 0161 026263 00 0001 0001 C00C 0005 0001 0000003C 0001 C00C
          an alias shorter than stated  | 1234 8180 0001 0001 0000 0000 0161 026263 00 0001 0001 C00C 0005 0001 0000003C 0003 C00C00
          half an SOA record    | 1234 8183 0001 0000 0001 0000 0161 026263 00 0001 0001 00 0006 0001 00000064 0016 00
          more records than anyone has  | 1234 8180 0001 FFFF FFFF 0000 0161 026263 00 0001 0001
          """)
  void takesEverythingElseForForeign(String what, String message) {
    assertThat(read(message)).as(what).isInstanceOf(Reply.Foreign.class);
  }

  @Test
  void limitsTheLengthOfNamesMadeOfPointers() {
    // an owner of 5 labels of 63 bytes: legal each, too long together
    String label = "3F" + "61".repeat(63);
    assertThat(
            read(
                "1234 8180 0001 0001 0000 0000"
                    + Q
                    + label.repeat(5)
                    + "00 0001 0001 0000003C 0004 C0000201"))
        .isInstanceOf(Reply.Foreign.class);
  }

  @Test
  void neverThrowsWhateverComes() {
    long seed = 20260923L;
    Random random = new Random(seed);
    byte[][] seeds = {
      hex("1234 8180 0001 0002 0000 0000" + Q + ADDRESS + ADDRESS),
      hex(
          "1234 8180 0001 0002 0001 0000"
              + Q
              + "C00C 0005 0001 0000001E 0004 0178 C00E"
              + "0178 C00E 0001 0001 0000003C 0004 C0000207"
              + SOA),
      hex("1234 8183 0001 0000 0001 0000" + Q + SOA),
    };
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = seeds[random.nextInt(seeds.length)].clone();
      for (int change = 1 + random.nextInt(4); change > 0; change--) {
        bytes[2 + random.nextInt(bytes.length - 2)] = (byte) random.nextInt(256);
      }
      byte[] message =
          Arrays.copyOf(
              bytes, random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length);
      Reply reply = ReplyReader.read(QUESTION, message);
      if (reply instanceof Reply.Found found) {
        assertThat(found.addresses()).as("seed %d round %d", seed, i).isNotEmpty();
      }
    }
  }

  private static Reply read(String hex) {
    return ReplyReader.read(QUESTION, hex(hex));
  }

  private static Reply.Found found(long ttl, String... addresses) {
    List<IpAddress> all =
        Stream.of(addresses)
            .map(text -> {
              try {
                return IpAddress.parse(text);
              } catch (dev.sekisho.net.MalformedException e) {
                throw new AssertionError(e);
              }
            })
            .toList();
    return new Reply.Found(all, ttl);
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }
}
