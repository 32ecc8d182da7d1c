package dev.sekisho.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostTest {
  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          example.com            | example.com
          EXAMPLE.Com            | example.com
          example.com.           | example.com
          localhost              | localhost
          _dmarc.example.com     | _dmarc.example.com
          r3---sn-4g5e.example   | r3---sn-4g5e.example
          -odd-.example          | -odd-.example
          1.2.3.example          | 1.2.3.example
          127.0.0.1.nip.io       | 127.0.0.1.nip.io
          1e100.net              | 1e100.net
          example.1a             | example.1a
          example.0xg            | example.0xg
          xn--bcher-kva.example  | xn--bcher-kva.example
          XN--BCHER-KVA.example  | xn--bcher-kva.example
          bücher.example         | xn--bcher-kva.example
          BÜCHER.example         | xn--bcher-kva.example
          bu\u0308cher.example   | xn--bcher-kva.example
          straße.example         | xn--strae-oqa.example
          STRAẞE.example         | xn--strae-oqa.example
          βόλος.example          | xn--nxasmm1c.example
          日本語.jp               | xn--wgv71a119e.jp
          日本語。jp               | xn--wgv71a119e.jp
          日本語｡jp               | xn--wgv71a119e.jp
          ドメイン名例.jp          | xn--eckwd4c7cu47r2wf.jp
          ﾄﾞﾒｲﾝ名例.jp            | xn--eckwd4c7cu47r2wf.jp
          пример.испытание       | xn--e1afmkfd.xn--80akhbyknj4f
          ПРИМЕР.испытание       | xn--e1afmkfd.xn--80akhbyknj4f
          i❤.ws                  | xn--i-7iq.ws
          ｅｘａｍｐｌｅ．ｃｏｍ     | example.com
          ⓔⓧⓐⓜⓟⓛⓔ.com            | example.com
          exam\u212Ale.com       | examkle.com
          ｘｎ－－bcher-kva.example | xn--bcher-kva.example
          8.8.8.8                | 8.8.8.8
          0x8.010.2056           | 8.8.8.8
          [2001:DB8:0:0:1:0:0:1] | 2001:db8::1:0:0:1
          [::FFFF:8.8.8.8]       | 8.8.8.8
          """)
  void hasOneCanonicalText(String written, String canonical) throws MalformedException {
    assertThat(Host.parse(written.translateEscapes()).text()).isEqualTo(canonical);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      ignoreLeadingAndTrailingWhitespace = true,
      textBlock =
          """
          nothing                        | ""
          a dot                          | .
          two trailing dots              | example.com..
          an empty label                 | a..b
          a leading dot                  | .example.com
          an address with two dots       | 127.0.0.1..
          a label of 64                  | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com
          a space                        | exa mple.com
          a tab                          | exa\\tmple.com
          a line feed                    | example.com\\n
          NUL                            | example.com\\0
          a slash                        | example.com/a
          a fullwidth slash              | example.com／a
          a fraction slash               | example.com⁄a
          account of                     | ℀.example
          a backslash                    | example.com\\\\a
          user information               | user@example.com
          a fullwidth at                 | user＠example.com
          a port                         | example.com:80
          a fullwidth colon              | example.com：80
          a query                        | example.com?a
          a fragment                     | example.com#a
          a wildcard                     | *.example.com
          percent-encoding               | ex%61mple.com
          a percent-encoded dot          | 127%2e0.0.1
          a fullwidth percent            | ex％61mple.com
          a soft hyphen                  | exam\u00adple.com
          a zero width space             | exam\u200bple.com
          a zero width joiner            | exam\u200dple.com
          a byte order mark              | \ufeffexample.com
          a direction override           | \u202emoc.example
          a variation selector           | ❤\ufe0f.example
          a Hangul filler                | a\u3164b.example
          a one dot leader               | 127\u20240.0.1
          a digit with full stop         | \u2488example.com
          a combining mark first         | \u0308bucher.example
          an unassigned character        | a\u0378b.example
          a private character            | a\ue000b.example
          half a surrogate pair          | a\ud800b.example
          xn-- with more than ASCII      | xn--ü.example
          five numbers                   | 1.2.3.4.5
          a number too large             | 4294967296
          a number much too large        | 99999999999999999999999999
          a part too large               | 256.0.0.1
          a last part too large          | 127.0.65536
          an octal digit that is none    | 0189.0.0.1
          a name that ends in a number   | example.1
          a name that ends in octal      | example.08
          a name that ends in hex        | example.0x7f
          a name that ends in 0x         | example.0x
          an empty part                  | 127..1
          a minus                        | -1.0.0.1
          an IPv6 address without brackets | ::1
          an open bracket                | [::1
          a bracket in the middle        | [::1]a
          an IPv4 address in brackets    | [127.0.0.1]
          nothing in brackets            | []
          a name in brackets             | [example.com]
          a zone                         | [fe80::1%eth0]
          an encoded zone                | [fe80::1%25eth0]
          a future version               | [v1.fe80::a+en1]
          nine groups                    | [1:2:3:4:5:6:7:8:9]
          seven groups                   | [1:2:3:4:5:6:7]
          eight groups and an ellipsis   | [1:2:3:4::5:6:7:8]
          two ellipses                   | [1::2::3]
          three colons                   | [1:::2]
          a colon at the end             | [1:2:3:4:5:6:7:]
          a colon at the beginning       | [:1:2:3:4:5:6:7]
          five digits                    | [::12345]
          an octal quad inside           | [::ffff:0177.0.0.1]
          a short quad inside            | [::ffff:127.1]
          a quad too far right           | [1:2:3:4:5:6:7:1.2.3.4]
          a quad before a group          | [::1.2.3.4:5]
          fullwidth digits in brackets   | [::１]
          """)
  void isRefused(String name, String text) {
    String written = text == null ? "" : text.translateEscapes();
    assertThatExceptionOfType(MalformedException.class)
        .as(name)
        .isThrownBy(() -> Host.parse(written));
  }

  @Test
  void aNameMayBe253CharactersLong() throws MalformedException {
    String name =
        "a".repeat(63) + "." + "b".repeat(63) + "." + "c".repeat(63) + "." + "d".repeat(61);
    assertThat(Host.parse(name + ".").text()).isEqualTo(name);
    assertThatThrownBy(() -> Host.parse(name + "d"))
        .hasMessage("the name is longer than 253 characters");
    assertThatThrownBy(() -> Host.parse("é".repeat(2000))).hasMessageContaining("longer than");
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> Host.parse("a\nb"))
        .hasMessage("a name cannot have the character U+000A");
    assertThatThrownBy(() -> Host.parse("a,b")).hasMessage("a name cannot have ','");
    assertThatThrownBy(() -> Host.parse("a..b")).hasMessage("the name has an empty label");
    assertThatThrownBy(() -> Host.parse("ex%61mple.com"))
        .hasMessage("a host must not be percent-encoded");
  }

  @Test
  void aDomainNameIsNoAddress() {
    assertThatThrownBy(() -> DomainName.parse("127.1"))
        .hasMessage("it is the address 127.0.0.1, not a name");
    assertThatThrownBy(() -> new DomainName("127.0.0.1"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new DomainName("Example.com"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new DomainName("example.com."))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
