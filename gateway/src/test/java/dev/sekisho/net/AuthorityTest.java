package dev.sekisho.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {
  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "example.com:8080, example.com:8080",
    "example.com, example.com:80",
    "example.com:, example.com:80",
    "EXAMPLE.com.:1, example.com:1",
    "127.1:65535, 127.0.0.1:65535",
    "[::1], [::1]:80",
    "[::1]:443, [::1]:443",
    "[::1]:, [::1]:80",
    "[::ffff:10.0.0.1]:443, 10.0.0.1:443",
  })
  void hasAHostAndAPort(String written, String canonical) throws MalformedException {
    assertThat(Authority.parse(written, 80)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        ":80",
        "example.com:0",
        "example.com:65536",
        "example.com:99999999999",
        "example.com:080",
        "example.com:+80",
        "example.com:-1",
        "example.com:8o",
        "example.com: 80",
        "example.com:80 ",
        "example.com:80:81",
        "user@example.com",
        "user:secret@example.com:80",
        "@example.com",
        "::1",
        "::1:80",
        "[::1]80",
        "[::1]:80:81",
        "[::1",
        "[::1:80",
        "[]:80",
        "example.com:８０",
        "example.com/:80",
        "2001:db8::1"
      })
  void refusesWhatIsNoAuthority(String text) {
    assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Authority.parse(text, 80));
  }

  @Test
  void requiresThePortWhenThereIsNoDefault() throws MalformedException {
    assertThatThrownBy(() -> Authority.parse("example.com", 0)).hasMessage("the port is missing");
    assertThatThrownBy(() -> Authority.parse("example.com:", 0)).hasMessage("the port is missing");
    assertThatThrownBy(() -> Authority.parse("[::1]", 0)).hasMessage("the port is missing");
    assertThat(Authority.parse("example.com:443", 0))
        .isEqualTo(new Authority(new DomainName("example.com"), 443));
  }
}
