package dev.sekisho.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
  @ParameterizedTest(name = "{0} is written {1}")
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "0.0.0.0, 0.0.0.0",
    "255.255.255.255, 255.255.255.255",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "0:0:0:0:0:0:0:1, ::1",
    "2001:DB8::0001, 2001:db8::1",
    "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304",
    "::ffff:1.2.3.4, ::ffff:1.2.3.4",
    "::ffff:102:304, ::ffff:1.2.3.4",
    "::1.2.3.4, ::102:304",
    "fe80:0:0:0:0:0:0:0, fe80::",
  })
  void isWrittenByRfc5952(String written, String canonical) throws MalformedException {
    assertThat(IpAddress.parse(written).text()).isEqualTo(canonical);
    assertThat(IpAddress.parse(canonical)).isEqualTo(IpAddress.parse(written));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1",
        "1.2.3",
        "1.2.3.",
        ".1.2.3",
        "1.2.3.4.",
        "1.2.3.4.5",
        "01.2.3.4",
        "1.2.3.04",
        "00.0.0.0",
        "256.1.1.1",
        "1.2.3.999999999999",
        "0x1.2.3.4",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1.2.3.-4",
        "1.2.3.4/8",
        "１.2.3.4",
        ":",
        ":::",
        "1:",
        "[::1]",
        "::1%lo",
        "::g",
        "1::2::3",
        "::00001",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "::1.2.3",
        "::1.2.3.4.5",
        "::01.2.3.4",
        "1.2.3.4::",
        "::1 ",
        "2001:db8::1/32",
        "::fffff",
        "example.com"
      })
  void refusesOtherForms(String text) {
    assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> IpAddress.parse(text));
  }

  @Test
  void comesFromBytesAndGoesToThem() throws MalformedException {
    assertThat(IpAddress.ofBytes(new byte[] {(byte) 192, 0, 2, (byte) 255}))
        .isEqualTo(IpAddress.parse("192.0.2.255"));
    IpAddress v6 = IpAddress.parse("2001:db8:8000::ff:fe00:80ff");
    assertThat(v6.bytes())
        .hasSize(16)
        .startsWith(0x20, 0x01, 0x0d, 0xb8, 0x80)
        .endsWith(0xfe, 0x00, 0x80, 0xff);
    assertThat(IpAddress.ofBytes(v6.bytes())).isEqualTo(v6);
    assertThatThrownBy(() -> IpAddress.ofBytes(new byte[5]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void mappedBytesAreTheIpv4Address() throws MalformedException {
    IpAddress mapped = IpAddress.parse("::ffff:192.0.2.1");
    assertThat(mapped).isNotEqualTo(IpAddress.parse("192.0.2.1"));
    assertThat(mapped.unmapped()).isEqualTo(IpAddress.parse("192.0.2.1"));
    assertThat(IpAddress.ofBytes(mapped.bytes())).isEqualTo(IpAddress.parse("192.0.2.1"));
    assertThat(IpAddress.parse("::fffe:192.0.2.1").unmapped().v6()).isTrue();
  }

  @Test
  void isOrderedAsUnsignedNumbers() throws MalformedException {
    List<String> ordered =
        List.of(
            "0.0.0.0",
            "127.0.0.1",
            "128.0.0.0",
            "255.255.255.255",
            "::",
            "::8000:0:0:0",
            "7fff::",
            "8000::");
    assertThat(
            Stream.of(
                    "8000::",
                    "::",
                    "128.0.0.0",
                    "7fff::",
                    "255.255.255.255",
                    "::8000:0:0:0",
                    "0.0.0.0",
                    "127.0.0.1")
                .map(IpAddressTest::address)
                .sorted()
                .map(IpAddress::text))
        .isEqualTo(ordered);
  }

  @Test
  void anIpv4AddressHas32Bits() {
    assertThatThrownBy(() -> new IpAddress(false, 0, 1L << 32))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new IpAddress(false, 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(IpAddress.v4(-1).text()).isEqualTo("255.255.255.255");
  }

  private static IpAddress address(String text) {
    try {
      return IpAddress.parse(text);
    } catch (MalformedException e) {
      throw new AssertionError(text, e);
    }
  }
}
