package dev.sekisho.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
  @ParameterizedTest(name = "{0} ends at {1}; {2} is before or after")
  @CsvSource({
    "0.0.0.0/0, 255.255.255.255, ::1",
    "10.0.0.0/8, 10.255.255.255, 11.0.0.0",
    "128.0.0.0/1, 255.255.255.255, 127.255.255.255",
    "192.0.2.128/25, 192.0.2.255, 192.0.2.127",
    "192.0.2.1, 192.0.2.1, 192.0.2.2",
    "192.0.2.1/32, 192.0.2.1, 192.0.2.0",
    "::/0, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 0.0.0.1",
    "2001:db8::/32, 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db9::",
    "2001:db8:0:1::/64, 2001:db8:0:1:ffff:ffff:ffff:ffff, 2001:db8:0:2::",
    "2001:db8::8000:0:0:0/65, 2001:db8::ffff:ffff:ffff:ffff, 2001:db8::7fff:ffff:ffff:ffff",
    "2001:db8::4/126, 2001:db8::7, 2001:db8::8",
    "2001:db8::1, 2001:db8::1, 2001:db8::2",
  })
  void containsItsFirstAndLastAndNothingBeside(String range, String last, String outside)
      throws MalformedException {
    Cidr cidr = Cidr.parse(range);
    assertThat(cidr.last().text()).isEqualTo(last);
    assertThat(cidr.contains(cidr.network())).isTrue();
    assertThat(cidr.contains(IpAddress.parse(last))).isTrue();
    assertThat(cidr.contains(IpAddress.parse(outside))).isFalse();
    assertThat(Cidr.parse(cidr.toString())).isEqualTo(cidr);
  }

  @Test
  void mappedRangesAndAddressesAreIpv4() throws MalformedException {
    assertThat(Cidr.parse("::ffff:10.0.0.0/104")).isEqualTo(Cidr.parse("10.0.0.0/8"));
    assertThat(Cidr.parse("10.0.0.0/8").contains(IpAddress.parse("::ffff:10.1.2.3"))).isTrue();
    assertThat(Cidr.parse("::/0").contains(IpAddress.parse("::ffff:10.1.2.3"))).isFalse();
    assertThat(Cidr.parse("::/8").prefix()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.0/8/8",
        "10.0.0.0/a",
        "10/8",
        "10.0.0.1/8",
        "010.0.0.0/8",
        "::/129",
        "::/1234",
        "2001:db8::1/64",
        "[::]/0",
        "fe80::1%eth0/64",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0 /8",
        "10.0.0.0/８",
        "example.com/8"
      })
  void refusesWhatIsNoRange(String text) {
    assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Cidr.parse(text));
  }

  @Test
  void saysWhatTheRangeWouldBe() {
    assertThatThrownBy(() -> Cidr.parse("10.1.2.3/8"))
        .hasMessage("bits are set beyond the prefix: the range is 10.0.0.0/8");
    assertThatThrownBy(() -> new Cidr(IpAddress.v4(1), 8))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Cidr(IpAddress.v4(0), 33))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
