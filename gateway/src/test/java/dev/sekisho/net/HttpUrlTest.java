package dev.sekisho.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpUrlTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "null",
      textBlock =
          """
          http://example.com | example.com:80 | '' | null
          http://example.com/ | example.com:80 | / | null
          HTTP://Example.COM/A/%7e | example.com:80 | /A/%7e | null
          https://example.com | example.com:443 | '' | null
          ws://example.com/chat | example.com:80 | /chat | null
          wss://example.com/chat | example.com:443 | /chat | null
          http://example.com? | example.com:80 | '' | ''
          http://example.com?a/b | example.com:80 | '' | a/b
          http://example.com?http://b@c:1/ | example.com:80 | '' | http://b@c:1/
          http://example.com/a?b?c | example.com:80 | /a | b?c
          http://example.com:8080//a | example.com:8080 | //a | null
          http://example.com:/a | example.com:80 | /a | null
          http://[2001:db8::1]/a | [2001:db8::1]:80 | /a | null
          http://[::1]:8080/a:b@c | [::1]:8080 | /a:b@c | null
          http://0x7f.1/a/../b;c | 127.0.0.1:80 | /a/../b;c | null
          http://example.com/é | example.com:80 | /é | null
          """)
  void isSplitAndKeptAsWritten(String url, String authority, String path, String query)
      throws MalformedException {
    HttpUrl parsed = HttpUrl.parse(url);
    assertThat(parsed.authority()).hasToString(authority);
    assertThat(parsed.rawPath()).isEqualTo(path);
    assertThat(parsed.rawQuery()).isEqualTo(query);
    assertThat(HttpUrl.parse(parsed.toString())).isEqualTo(parsed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "example.com",
        "example.com/a",
        "//example.com/",
        "http:",
        "http:/",
        "http:/example.com",
        "http:example.com",
        "http://",
        "http:///",
        "http:///a",
        "http://?a",
        "http://:80/",
        "ftp://example.com/",
        "httpx://example.com/",
        "http ://example.com/",
        " http://example.com/",
        "http://example.com/ ",
        "http://example.com/a b",
        "http://example.com/a\tb",
        "http://example.com/a\r\nb",
        "http://example.com/\u0000",
        "http://example.com/\u007f",
        "http://example.com/a#b",
        "http://example.com#b",
        "http://example.com?a#b",
        "http://user@example.com/",
        "http://user:secret@example.com/",
        "http://good.example@bad.example/",
        "http://good.example%40bad.example/",
        "http://good.example\\@bad.example/",
        "http:\\\\example.com\\",
        "http:/\\example.com/",
        "http://example.com\\a",
        "http://example.com/a\\b",
        "http://example.com/?a\\b",
        "http://good.example;bad.example/",
        "http://good.example,bad.example/",
        "http://good.example:80@bad.example/",
        "http://good.example:80:90/",
        "http://good.example:80bad.example/",
        "http://[::1/",
        "http://[::1]x/",
        "http://[fe80::1%25eth0]/",
        "http://exa%6dple.com/",
        "http://*.example.com/",
        "javascript://example.com/%0a",
        "http\u003a\u003a//example.com/"
      })
  void refusesWhatTwoParsersCouldSplitDifferently(String url) {
    assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> HttpUrl.parse(url));
  }

  @Test
  void knowsWhatToAskFor() throws MalformedException {
    assertThat(HttpUrl.parse("http://example.com").originForm()).isEqualTo("/");
    assertThat(HttpUrl.parse("http://example.com?a").originForm()).isEqualTo("/?a");
    assertThat(HttpUrl.parse("http://example.com/b?").originForm()).isEqualTo("/b?");
    assertThat(HttpUrl.parse("http://example.com:443/b")).hasToString("http://example.com:443/b");
    assertThat(HttpUrl.parse("https://example.com.:443/b")).hasToString("https://example.com/b");
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> HttpUrl.parse("http://u@h/"))
        .hasMessage("user information ('@') is not allowed here");
    assertThatThrownBy(() -> HttpUrl.parse("http://h/#f"))
        .hasMessage("a fragment ('#') is not allowed here");
    assertThatThrownBy(() -> HttpUrl.parse("http://h/\\")).hasMessage("a URL cannot have '\\'");
    assertThatThrownBy(() -> HttpUrl.parse("gopher://h/"))
        .hasMessage("the scheme is none of http, https, ws, wss");
    assertThatThrownBy(() -> HttpUrl.parse("h/a"))
        .hasMessage("an absolute URL begins with a scheme and '://'");
  }
}
