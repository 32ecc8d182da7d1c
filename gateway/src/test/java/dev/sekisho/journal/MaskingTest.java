package dev.sekisho.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MaskingTest {
  private final Masking masking = new Masking(List.of("token", "password", "signature", "Geheim"));

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      value = {
        // named parameters
        "http://a/?token=abc -> http://a/?token=***",
        "http://a/?x=1&token=abc&y=2 -> http://a/?x=1&token=***&y=2",
        "http://a/?TOKEN=abc&Password=p -> http://a/?TOKEN=***&Password=***",
        "http://a/?geheim=abc -> http://a/?geheim=***",
        "http://a/?%74oken=abc -> http://a/?%74oken=***",
        "http://a/?%54%4F%4B%45%4E=abc -> http://a/?%54%4F%4B%45%4E=***",
        "http://a/?token=a=b=c -> http://a/?token=***",
        "http://a/?token=a;b -> http://a/?token=***",
        "http://a/?token=a?b/c&z=1 -> http://a/?token=***&z=1",
        "http://a/?x=1;token=abc -> http://a/?x=***",
        "http://a/?token=abc#part -> http://a/?token=***#part",
        "http://a/#access_token=abc&expires_in=3600 -> http://a/#access_token=***&expires_in=3600",
        "http://a/b;token=abc/c;jsessionid=1F2E?q=1 -> http://a/b;token=***/c;jsessionid=***?q=1",
        "http://a/?user[password]=p -> http://a/?user[password]=***",
        "http://a/?user%5Bpassword%5D=p -> http://a/?user%5Bpassword%5D=***",
        "http://a/?password[]=p -> http://a/?password[]=***",
        // nested URLs
        "http://a/?next=http%3A%2F%2Fb%2F%3Ftoken%3Dabc&x=1 -> http://a/?next=***&x=1",
        "http://a/?next=http%253A%252F%252Fb%252F%253Ftoken%253Dabc -> http://a/?next=***",
        "http://a/?q=x%3D1%26password%3Dp -> http://a/?q=***",
        // clouds' presigned URLs
        "https://b.s3.amazonaws.com/k?X-Amz-Signature=00ff&X-Amz-Date=1 -> https://b.s3.amazonaws.com/k?X-Amz-Signature=***&X-Amz-Date=1",
        "https://b/k?X-Amz-Credential=c%2F20261124&x-amz-security-token=t -> https://b/k?X-Amz-Credential=***&x-amz-security-token=***",
        "https://b/k?AWSAccessKeyId=k&Signature=s&Expires=1 -> https://b/k?AWSAccessKeyId=***&Signature=***&Expires=1",
        "https://x.blob.core.windows.net/c?sv=2024&sig=ab%2Fcd%3D&se=1 -> https://x.blob.core.windows.net/c?sv=2024&sig=***&se=1",
        "https://storage.googleapis.com/b?X-Goog-Signature=00 -> https://storage.googleapis.com/b?X-Goog-Signature=***",
        // user information
        "http://user:secret@a/b -> http://***@a/b",
        "http://user@a/b -> http://***@a/b",
        "http://u:p@ss@a/b -> http://***@a/b",
        "ftp://u:p@a:21/b?x=1 -> ftp://***@a:21/b?x=1",
        // shapes, wherever they are
        "http://a/AKIAIOSFODNN7EXAMPLE/b -> http://a/***/b",
        "http://a/?k=ASIAIOSFODNN7EXAMPLE -> http://a/?k=***",
        "http://a/repo/ghp_0123456789abcdefghijklmnopqrstuvwxyz/x -> http://a/repo/***/x",
        "http://a/?v=github_pat_11AAAAAAA0123456789abcdef -> http://a/?v=***",
        "http://a/glpat-0123456789abcdefghij -> http://a/***",
        "http://a/?t=xoxb-123456789012-abcdef -> http://a/?t=***",
        "http://a/?key=AIzaSyA0123456789abcdefghijklmnopqrstuv -> http://a/?key=***",
        "http://a/?x=ya29.a0AfH6SMBx-yz_0123 -> http://a/?x=***",
        "http://a/sk_live_0123456789abcdef -> http://a/***",
        "http://a/whsec_0123456789abcdef -> http://a/***",
        "http://a/npm_0123456789abcdefghijklmnopqrstuvwxyz -> http://a/***",
        "http://a/SG.0123456789abcdefghij.klmnopqrstuvwxyz -> http://a/***",
        "http://a/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl/z -> http://a/***/z",
        "http://a/x%2FAKIAIOSFODNN7EXAMPLE -> http://a/x%2F***",
        "http://a/?x=eyJhbGciOiJIUzI1NiJ9%2EeyJzdWIiOiIxIn0%2Ec2ln -> http://a/?x=***",
        "http://a/?h=Bearer%20abcdef&z=1 -> http://a/?h=***&z=1",
        "http://a/?h=bearer+abcdef -> http://a/?h=bearer+***",
        "http://a/?k=-----BEGIN%20PRIVATE%20KEY-----%0AMII -> http://a/?k=***",
        "http://a/?v=sk-0123456789abcdefghijkl -> http://a/?v=***",
      })
  void masks(String url, String expected) {
    assertThat(masking.mask(url)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://a/",
        "http://a/?page=2&token_type=x&mytoken=1",
        "http://a/?token=&x=1",
        "http://a/?token",
        "http://a/token=abc",
        "http://a/password/reset",
        "http://a/@scope/package",
        "http://a/AKIA/short",
        "http://a/XAKIAIOSFODNN7EXAMPLE",
        "http://a/eyJhbGciOiJIUzI1NiJ9",
        "http://a/bearer/token",
        "http://a/sk-short",
        "http://a/?q=100%&r=%zz",
        "http://a/100%25/b%20c",
        "http://a/?next=http%3A%2F%2Fb%2F%3Fpage%3D2",
        "curl/8.5.0",
        "",
      })
  void returnsTheSameObjectWhereThereIsNothingToMask(String text) {
    assertThat(masking.mask(text)).isSameAs(text);
  }

  @Test
  void masksTextThatIsNoUrl() {
    assertThat(masking.mask("origin said: Authorization: Bearer abc.def; closed"))
        .isEqualTo("origin said: Authorization: Bearer ***; closed");
  }

  /** Were the work to grow with the square of the length, this would take hours. */
  @Test
  @Timeout(60)
  void looksIntoEachValueOnceHoweverManyQuestionMarksAreInIt() {
    for (String part : List.of("?.=", "?a=", "?a=%41", "&a=b?", ";a=", "#x=?", "?password")) {
      String text = "http://a.example/x?y=" + part.repeat(200_000);
      assertThat(new Masking(List.of("token")).mask(text)).isEqualTo(text);
    }
  }
}
