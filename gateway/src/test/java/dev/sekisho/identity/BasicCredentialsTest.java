package dev.sekisho.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BasicCredentialsTest {
  static String basic(String text) {
    return basic(text, StandardCharsets.UTF_8);
  }

  private static String basic(String text, Charset charset) {
    return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(charset));
  }

  private static String said(String field) {
    return switch (BasicCredentials.parse(field)) {
      case BasicCredentials.Proof proof ->
          proof.name() + " by " + new String(proof.password(), StandardCharsets.UTF_8);
      case BasicCredentials.Malformed malformed -> malformed.reason();
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Aladdin:open sesame | Aladdin by open sesame",
        "ann:a:b:c | ann by a:b:c",
        "ann::: | ann by ::",
        "test:123£ | test by 123£",
        "花子:ひみつ | 花子 by ひみつ",
        "'ann: ' | 'ann by  '",
        "a b:c | a b by c",
      })
  void readsNameAndPassword(String text, String expected) {
    assertThat(said(basic(text))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "BASIC QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "Basic    QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ",
      })
  void theSchemeIsAnyCaseAndPaddingMayBeMissing(String field) {
    assertThat(said(field)).isEqualTo("Aladdin by open sesame");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | not of the scheme Basic",
        "Bearer abc | not of the scheme Basic",
        "Basicx abc | not of the scheme Basic",
        "BasicQWxhZGRpbjpvcGVu | not of the scheme Basic",
        "Basic | no colon",
        "Basic ! | not Base64",
        "Basic QWxh ZGRp | not Base64",
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ= | not Base64",
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==x | not Base64",
        "Basic QWxhZGRpbg== | no colon",
        "Basic OnBhc3M= | it is empty",
        "Basic YW5uOg== | The password is empty",
        "Basic Og== | it is empty",
      })
  void whatIsNoNameAndPasswordIsRefusedWithItsReason(String field, String reason) {
    assertThat(BasicCredentials.parse(field)).isInstanceOf(BasicCredentials.Malformed.class);
    assertThat(said(field)).contains(reason);
  }

  @Test
  void otherCharsetsAndControlCharactersAreRefused() {
    assertThat(said(basic("ann:päss", StandardCharsets.ISO_8859_1))).contains("not UTF-8");
    assertThat(said(basic("a\u0000n:pass"))).contains("control or invisible");
    assertThat(said(basic("a\u202en:pass"))).contains("control or invisible");
    assertThat(said(basic("ann:pa\nss"))).contains("control character");
    assertThat(said(basic(" ann:pass"))).contains("begins or ends with a space");
  }

  @Test
  void hugeOnesAreNotEvenDecoded() {
    assertThat(said(basic("ann:" + "x".repeat(6100)))).startsWith("ann by xxx");
    assertThat(said(basic("ann:" + "x".repeat(6200)))).contains("longer than 8192");
    assertThat(said(basic("a".repeat(256) + ":x"))).contains("longer than 255");
  }

  @Test
  void namesAndPasswordsAreBroughtIntoOneForm() {
    assertThat(said(basic("Ha\u0308nsel:gru\u0308n"))).isEqualTo("Hänsel by grün");
  }

  @Test
  void nothingOfThePasswordIsShownByAccident() {
    assertThat(BasicCredentials.parse(basic("ann:geheim")).toString()).doesNotContain("geheim");
  }
}
