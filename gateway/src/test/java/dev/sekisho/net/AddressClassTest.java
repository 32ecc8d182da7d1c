package dev.sekisho.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressClassTest {
  @ParameterizedTest(name = "{0}: {1} is {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          loopback                             | 127.0.0.1                | LOOPBACK
          the end of loopback                  | 127.255.255.254          | LOOPBACK
          loopback in two parts                | 127.1                    | LOOPBACK
          loopback in three parts              | 127.0.1                  | LOOPBACK
          loopback as one number               | 2130706433               | LOOPBACK
          loopback in hexadecimal              | 0x7f000001               | LOOPBACK
          loopback in upper case hexadecimal   | 0X7F000001               | LOOPBACK
          loopback in octal                    | 017700000001             | LOOPBACK
          loopback in octal parts              | 0177.0.0.01              | LOOPBACK
          loopback in hexadecimal parts        | 0x7f.0x0.0x0.0x1         | LOOPBACK
          loopback in mixed radix              | 0x7f.0.01                | LOOPBACK
          loopback with many leading zeros     | 00000000000177.0.0.1     | LOOPBACK
          loopback with a trailing dot         | 127.0.0.1.               | LOOPBACK
          loopback in fullwidth digits         | １２７.０.０.１              | LOOPBACK
          loopback with ideographic dots       | 127。0。0。1                | LOOPBACK
          loopback with halfwidth dots         | 127｡0｡0｡1                | LOOPBACK
          loopback in circled digits           | ①②⑦.⓪.⓪.①                | LOOPBACK
          loopback in mathematical digits      | 𝟭𝟮𝟳.𝟬.𝟬.𝟭                | LOOPBACK
          loopback in superscripts             | ¹²⁷.0.0.1                | LOOPBACK
          loopback with a fullwidth x          | ０ｘ７ｆ.1                  | LOOPBACK
          any address                          | 0.0.0.0                  | UNSPECIFIED
          any address as a zero                | 0                        | UNSPECIFIED
          any address as an empty hexadecimal  | 0x                       | UNSPECIFIED
          this network                         | 0.1.2.3                  | UNSPECIFIED
          metadata service                     | 169.254.169.254          | LINK_LOCAL
          metadata service as one number       | 2852039166               | LINK_LOCAL
          metadata service in hexadecimal      | 0xa9fea9fe               | LINK_LOCAL
          metadata service in two parts        | 169.16689662             | LINK_LOCAL
          metadata service in octal            | 0251.0376.0251.0376      | LINK_LOCAL
          private ten                          | 10.0.0.1                 | PRIVATE
          private ten in two parts             | 10.1                     | PRIVATE
          private 172                          | 172.16.0.1               | PRIVATE
          the end of private 172               | 172.31.255.255           | PRIVATE
          private 192                          | 192.168.1.1              | PRIVATE
          private 192 in three parts           | 192.168.257              | PRIVATE
          carrier-grade NAT                    | 100.64.0.1               | SHARED
          cloud metadata in the shared range   | 100.100.100.200          | SHARED
          protocol assignments                 | 192.0.0.1                | RESERVED
          the dummy address                    | 192.0.0.8                | RESERVED
          NAT64 discovery                      | 192.0.0.170              | RESERVED
          TEST-NET-1                           | 192.0.2.1                | DOCUMENTATION
          TEST-NET-2                           | 198.51.100.7             | DOCUMENTATION
          TEST-NET-3                           | 203.0.113.9              | DOCUMENTATION
          6to4 relay anycast                   | 192.88.99.1              | RESERVED
          6a44 relay                           | 192.88.99.2              | RESERVED
          benchmarking                         | 198.18.0.1               | BENCHMARKING
          the end of benchmarking              | 198.19.255.255           | BENCHMARKING
          multicast                            | 224.0.0.1                | MULTICAST
          the end of multicast                 | 239.255.255.255          | MULTICAST
          class E                              | 240.0.0.1                | RESERVED
          limited broadcast                    | 255.255.255.255          | RESERVED
          limited broadcast as one number      | 4294967295               | RESERVED
          IPv6 any address                     | [::]                     | UNSPECIFIED
          IPv6 any address in full             | [0:0:0:0:0:0:0:0]        | UNSPECIFIED
          IPv6 loopback                        | [::1]                    | LOOPBACK
          IPv6 loopback in full                | [0000:0000:0000:0000:0000:0000:0000:0001] | LOOPBACK
          IPv6 loopback as a dotted quad       | [::0.0.0.1]              | LOOPBACK
          mapped loopback                      | [::ffff:127.0.0.1]       | LOOPBACK
          mapped loopback in hexadecimal       | [::ffff:7f00:1]          | LOOPBACK
          mapped loopback in full              | [0:0:0:0:0:FFFF:7F00:0001] | LOOPBACK
          mapped private                       | [::ffff:10.0.0.1]        | PRIVATE
          mapped any address                   | [::ffff:0.0.0.0]         | UNSPECIFIED
          mapped metadata service              | [::ffff:a9fe:a9fe]       | LINK_LOCAL
          compatible loopback                  | [::127.0.0.1]            | LOOPBACK
          compatible loopback in hexadecimal   | [::7f00:1]               | LOOPBACK
          compatible global                    | [::8.8.8.8]              | RESERVED
          translated loopback                  | [::ffff:0:127.0.0.1]     | LOOPBACK
          translated private                   | [::ffff:0:c0a8:101]      | RESERVED
          translated global                    | [::ffff:0:8.8.8.8]       | RESERVED
          NAT64 loopback                       | [64:ff9b::127.0.0.1]     | LOOPBACK
          NAT64 private                        | [64:ff9b::10.0.0.1]      | PRIVATE
          NAT64 metadata service               | [64:ff9b::a9fe:a9fe]     | LINK_LOCAL
          NAT64 multicast                      | [64:ff9b::224.0.0.1]     | MULTICAST
          local NAT64 /96 global               | [64:ff9b:1::8.8.8.8]     | PRIVATE
          local NAT64 /96 loopback             | [64:ff9b:1::127.0.0.1]   | LOOPBACK
          local NAT64 /64 loopback             | [64:ff9b:1:0:7f:0:100:0] | LOOPBACK
          local NAT64 /56 loopback             | [64:ff9b:1:7f:0:1:0:0]   | LOOPBACK
          local NAT64 /48 loopback             | [64:ff9b:1:7f00:0:100::] | LOOPBACK
          6to4 loopback                        | [2002:7f00:1::]          | LOOPBACK
          6to4 private                         | [2002:a00:1::1]          | RESERVED
          6to4 metadata service                | [2002:a9fe:a9fe::]       | LINK_LOCAL
          6to4 global                          | [2002:808:808::1]        | RESERVED
          Teredo                               | [2001:0:4136:e378:8000:63bf:3fff:fdd2] | RESERVED
          Teredo with a loopback client        | [2001:0:4136:e378:8000:63bf:80ff:fffe] | LOOPBACK
          Teredo with a loopback server        | [2001:0:7f00:1:8000:63bf:3fff:fdd2]    | LOOPBACK
          ISATAP private on a global prefix    | [2600:1f00::5efe:10.0.0.1]             | PRIVATE
          ISATAP loopback, universal bit       | [2600:1f00::200:5efe:7f00:1]           | LOOPBACK
          ISATAP on link-local                 | [fe80::5efe:8.8.8.8]     | LINK_LOCAL
          ISATAP in the zero prefix            | [::5efe:127.0.0.1]       | LOOPBACK
          discard                              | [100::1]                 | RESERVED
          dummy prefix                         | [100:0:0:1::1]           | RESERVED
          IETF protocol assignments            | [2001:1::4]              | RESERVED
          the end of IETF assignments          | [2001:1ff::1]            | RESERVED
          IPv6 benchmarking                    | [2001:2::1]              | BENCHMARKING
          ORCHID                               | [2001:10::1]             | RESERVED
          IPv6 documentation                   | [2001:db8::1]            | DOCUMENTATION
          IPv6 documentation, the second       | [3fff::1]                | DOCUMENTATION
          the end of the second documentation  | [3fff:fff:ffff::1]       | DOCUMENTATION
          segment routing                      | [5f00::1]                | RESERVED
          unique local                         | [fc00::1]                | UNIQUE_LOCAL
          cloud metadata over IPv6             | [fd00:ec2::254]          | UNIQUE_LOCAL
          link-local                           | [fe80::1]                | LINK_LOCAL
          the end of link-local                | [febf::1]                | LINK_LOCAL
          site-local                           | [fec0::1]                | PRIVATE
          IPv6 multicast                       | [ff02::1]                | MULTICAST
          IPv6 global multicast                | [ff0e::1]                | MULTICAST
          not given out, low                   | [1000::1]                | RESERVED
          not given out, high                  | [4000::1]                | RESERVED
          not given out, higher                | [e000::1]                | RESERVED
          beside the NAT64 prefix              | [64:ff9b:0:0:0:1:8.8.8.8] | RESERVED
          """)
  void isNotGlobal(String name, String host, AddressClass expected) throws MalformedException {
    assertThat(Host.parse(host)).as(name).isInstanceOf(IpAddress.class);
    assertThat(AddressClass.of((IpAddress) Host.parse(host)))
        .as(name)
        .isEqualTo(expected)
        .isNotEqualTo(AddressClass.GLOBAL);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          a public resolver                    | 8.8.8.8
          a public resolver as one number      | 134744072
          a public resolver in hexadecimal     | 0x08080808
          another public resolver              | 1.1.1.1
          another in two parts                 | 1.65793
          the first global address             | 1.0.0.0
          before private ten                   | 9.255.255.255
          after private ten                    | 11.0.0.0
          before the shared range              | 100.63.255.255
          after the shared range               | 100.128.0.0
          before loopback                      | 126.255.255.255
          after loopback                       | 128.0.0.0
          before link-local                    | 169.253.255.255
          after link-local                     | 169.255.0.0
          before private 172                   | 172.15.255.255
          after private 172                    | 172.32.0.0
          after protocol assignments           | 192.0.1.0
          PCP anycast                          | 192.0.0.9
          TURN anycast                         | 192.0.0.10
          AS112                                | 192.31.196.1
          AMT                                  | 192.52.193.1
          after the 6to4 relays                | 192.88.100.0
          after private 192                    | 192.169.0.0
          direct delegation AS112              | 192.175.48.6
          before benchmarking                  | 198.17.255.255
          after benchmarking                   | 198.20.0.0
          after TEST-NET-3                     | 203.0.114.0
          before multicast                     | 223.255.255.255
          a public resolver over IPv6          | [2001:4860:4860::8888]
          another over IPv6                    | [2606:4700:4700::1111]
          the first global IPv6 address        | [2000::]
          an address of a cloud                | [2600:1f18::1]
          after IETF assignments               | [2001:200::1]
          PCP anycast over IPv6                | [2001:1::1]
          TURN anycast over IPv6               | [2001:1::2]
          service registration anycast         | [2001:1::3]
          AMT over IPv6                        | [2001:3::1]
          AS112 over IPv6                      | [2001:4:112::1]
          ORCHIDv2                             | [2001:20::1]
          drone identification                 | [2001:30::1]
          before documentation                 | [2001:db7:ffff::1]
          after documentation                  | [2001:db9::1]
          after 6to4                           | [2003::1]
          direct delegation AS112 over IPv6    | [2620:4f:8000::6]
          before the second documentation      | [3ffe:ffff::1]
          after the second documentation       | [3fff:1000::1]
          mapped global                        | [::ffff:8.8.8.8]
          NAT64 global                         | [64:ff9b::8.8.8.8]
          ISATAP global on a global prefix     | [2600:1f00::5efe:8.8.8.8]
          """)
  void isGlobal(String name, String host) throws MalformedException {
    assertThat(AddressClass.of((IpAddress) Host.parse(host)))
        .as(name)
        .isEqualTo(AddressClass.GLOBAL);
  }

  @Test
  void aMappedAddressHasTheClassOfItsIpv4Address() throws MalformedException {
    assertThat(AddressClass.of(IpAddress.parse("::ffff:127.0.0.1")))
        .isEqualTo(AddressClass.LOOPBACK);
    assertThat(AddressClass.of(IpAddress.parse("::ffff:8.8.8.8"))).isEqualTo(AddressClass.GLOBAL);
  }

  @Test
  void tellsEveryIpv4AddressInsideAnIpv6Address() throws MalformedException {
    assertThat(EmbeddedIpv4.of(IpAddress.parse("2001:0:4136:e378:8000:63bf:3fff:fdd2")))
        .containsExactly(IpAddress.parse("65.54.227.120"), IpAddress.parse("192.0.2.45"));
    assertThat(EmbeddedIpv4.of(IpAddress.parse("2002:c000:204::1")))
        .containsExactly(IpAddress.parse("192.0.2.4"));
    assertThat(EmbeddedIpv4.of(IpAddress.parse("64:ff9b:1:c000:2:2100::")))
        .contains(IpAddress.parse("192.0.2.33"));
    assertThat(EmbeddedIpv4.of(IpAddress.parse("2606:4700::1"))).isEmpty();
    assertThat(EmbeddedIpv4.of(IpAddress.parse("192.0.2.1"))).isEmpty();
  }
}
