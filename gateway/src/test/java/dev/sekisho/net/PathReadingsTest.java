package dev.sekisho.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathReadingsTest {
  @ParameterizedTest(name = "{0}: {1} may be {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          dot segments                       | /pub/../admin              | /admin
          a single dot                       | /./admin                   | /admin
          a single dot at the end            | /admin/.                   | /admin/
          two dots at the end                | /admin/x/..                | /admin/
          climbing above the root            | /../../admin               | /admin
          an encoded dot                     | /pub/.%2e/admin            | /admin
          two encoded dots                   | /pub/%2e%2e/admin          | /admin
          upper case encoding                | /pub/%2E%2E/admin          | /admin
          an encoded slash                   | /pub/..%2fadmin            | /admin
          an encoded slash, upper case       | /pub/..%2Fadmin            | /admin
          all encoded                        | /pub/%2e%2e%2fadmin        | /admin
          encoded twice                      | /pub/%252e%252e/admin      | /admin
          the slash encoded twice            | /pub/..%252fadmin          | /admin
          all encoded twice                  | /pub/%252e%252e%252fadmin  | /admin
          the digit of the escape encoded    | /pub/%%32%65%%32%65/admin  | /admin
          the percent sign encoded once      | /pub/%25%32%65./admin      | /admin
          an encoded letter                  | /%61dmin                   | /admin
          a letter encoded twice             | /%2561dmin                 | /admin
          all letters encoded                | /%61%64%6d%69%6e           | /admin
          all letters encoded twice          | /%2561%2564%256d%2569%256e | /admin
          two slashes                        | //admin                    | /admin
          many slashes                       | /pub/////../////admin      | /admin
          two slashes in the middle          | /admin//x                  | /admin/x
          a slash and an encoded slash       | /%2fadmin                  | /admin
          two slashes before two dots        | /pub//../admin             | /pub/admin
          two slashes merged before two dots | /pub//../admin             | /admin
          a backslash                        | /pub\\..\\admin            | /admin
          an encoded backslash               | /pub%5c..%5cadmin          | /admin
          a backslash encoded twice          | /pub/..%255cadmin          | /admin
          a backslash and a slash            | /pub/\\../../admin         | /admin
          a leading backslash                | /\\admin                   | /admin
          parameters                         | /admin;x=1                 | /admin
          parameters in the middle           | /admin;x=1/y               | /admin/y
          an empty parameter                 | /admin;/y                  | /admin/y
          parameters after two dots          | /pub/..;/admin             | /admin
          parameters with a value            | /pub/..;a=b/admin          | /admin
          parameters after a single dot      | /.;/admin                  | /admin
          parameters alone                   | /;/admin                   | /admin
          an encoded semicolon               | /pub/..%3b/admin           | /admin
          a semicolon encoded twice          | /pub/..%253b/admin         | /admin
          parameters that hide two dots      | /pub;/../admin             | /admin
          two dots among parameters          | /pub;/..;/..;/admin        | /admin
          encoded dots with parameters       | /pub/%2e%2e;/admin         | /admin
          encoded dots, encoded parameters   | /pub/%2e%2e%3bx/admin      | /admin
          dots that parameters had kept      | /pub/.;x./admin            | /pub/admin
          parameters with an encoded slash   | /admin;a%2fb               | /admin/b
          the same, dropped before decoding  | /admin;a%2fb               | /admin
          overlong dots                      | /pub/%c0%ae%c0%ae/admin    | /admin
          an overlong slash                  | /pub/..%c0%afadmin         | /admin
          an overlong slash of three bytes   | /pub/..%e0%80%afadmin      | /admin
          an overlong slash of four bytes    | /pub/..%f0%80%80%afadmin   | /admin
          an overlong backslash              | /pub/..%c1%9cadmin         | /admin
          overlong dots encoded twice        | /pub/%25c0%25ae./admin     | /admin
          raw overlong dots                  | /pub/\u00c0\u00ae./admin   | /admin
          Microsoft's dots                   | /pub/%u002e%u002e/admin    | /admin
          Microsoft's slash                  | /pub/..%u002fadmin         | /admin
          Microsoft's letter                 | /%u0061dmin                | /admin
          a plus Microsoft's letter twice    | /%25u0061dmin              | /admin
          Japanese                           | /%E7%A7%98%E5%AF%86/x      | /秘密/x
          Japanese, raw bytes                | /\u00e7\u00a7\u0098/x      | /秘/x
          Japanese, raw and encoded          | /\u00e7%A7\u0098/x         | /秘/x
          Japanese, encoded twice            | /%25E7%25A7%2598/x         | /秘/x
          Japanese beside a bad byte         | /%E7%A7%98/%FF             | /秘/\u00ff
          Latin-1                            | /caf%E9                    | /café
          UTF-8                              | /caf%C3%A9                 | /café
          outside the plane                  | /%F0%9F%98%80/%2561        | /😀/a
          everything                         | /pub\\.;x\\%2e%2e//%2561dmin;y | /admin
          """)
  void findsTheReadingThatHides(String name, String raw, String reading) {
    PathReadings readings = PathReadings.of(raw);
    assertThat(readings.all()).as(name).startsWith(raw).contains(reading).doesNotHaveDuplicates();
    assertThat(readings.complete()).as(name).isTrue();
    assertThat(readings.any(reading::equals)).as(name).isTrue();
    assertThat(readings.every(path -> !path.equals(reading))).as(name).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "*",
        "/index.html",
        "/a/b/c",
        "/a/",
        "/.well-known/acme-challenge/x",
        "/.git/config",
        "/...",
        "/.../a",
        "/..a/b",
        "/a../b",
        "/a..b",
        "/a./b",
        "/.a",
        "/a.",
        "/a..",
        "/a.b.c",
        "/~user/",
        "/a:b",
        "/a@b",
        "/a,b",
        "/a=b",
        "/a&b",
        "/a+b",
        "/a!b",
        "/$batch",
        "/(a)",
        "/a*b",
        "/a'b",
        "/a|b",
        "/[a]",
        "/{a}",
        "/a\"b",
        "/a^b",
        "/a`b",
        "/<a>",
        "/-_",
        "/A/B",
        "/v2/library/debian/manifests/sha256:0123",
        "/repos/o/n.git/info/refs",
        "/debian/dists/sid/InRelease",
        "/maven2/org/a/b/1.0/b-1.0.jar",
        "/@scope/package",
        "/pool/main/g/g++",
        "/a/.../b",
        "/0/1.2.3.4/",
        "/C:/x",
        "/http:/x",
        "/a=1,b=2",
        "/.hidden/.file",
        "/....."
      })
  void aPlainPathHasOneReading(String raw) {
    PathReadings readings = PathReadings.of(raw);
    assertThat(readings.all()).containsExactly(raw);
    assertThat(readings.complete()).isTrue();
    assertThat(readings.raw()).isSameAs(raw);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/pub/a%20b",
        "/pub/a%2Bb",
        "/pub/100%",
        "/pub/%",
        "/pub/%zz",
        "/pub/%2",
        "/pub/a%2cb",
        "/pub/%E2%82%AC",
        "/pub/caf%E9",
        "/pub/a;jsessionid=1",
        "/pub/a;v=1/b;v=2",
        "/pub//a",
        "/pub/a//",
        "/pub/./a",
        "/pub/a/../b",
        "/pub/a/..",
        "/pub/a/.",
        "/pub/a\\b",
        "/pub/%7Euser",
        "/pub/g++_4%3a14.deb",
        "/pub/%2525",
        "/pub/%252f",
        "/pub/a%2Fb",
        "/pub/%40scope%2fname",
        "/pub/a%00b",
        "/pub/%0d%0a",
        "/pub/%u65e5",
        "/pub/\u00e6\u0097\u00a5",
        "/pub/%F0%9F%98%80",
        "/pub/%ED%A0%80",
        "/pub/%C3",
        "/pub/%25%32%35",
        "/pub/...%2f",
        "/pub/%2e",
        "/pub/%2e%2ea",
        "/pub/a%3Fb",
        "/pub/a%23b",
        "/pub/;a",
        "/pub/%3B"
      })
  void aHarmlessPathKeepsItsPrefix(String raw) {
    PathReadings readings = PathReadings.of(raw);
    assertThat(readings.complete()).isTrue();
    assertThat(readings.every(path -> path.startsWith("/pub/"))).as(readings.toString()).isTrue();
    assertThat(readings.any(path -> path.startsWith("/admin"))).isFalse();
  }

  @Test
  void aTextThatWasDecodedIsNotTakenForBytes() {
    assertThat(PathReadings.of("/%E7%A7%98%C3%A9/%2525").all())
        .containsExactly("/%E7%A7%98%C3%A9/%2525", "/秘é/%25", "/秘é/%");
    assertThat(PathReadings.of("/秘/é%20").all()).containsExactly("/秘/é%20", "/秘/é ");
  }

  @Test
  void threeTimesEncodedIsBeyondWhatIsRead() {
    assertThat(PathReadings.of("/%25252e").all()).containsExactly("/%25252e", "/%252e", "/%2e");
  }

  @Test
  void aPathWithTooManyReadingsPermitsNothing() {
    PathReadings readings =
        PathReadings.of("/a;b\\%2e./%252e//;%5c..\\%255c%2f;//../x%3b\\..;".repeat(40));
    assertThat(readings.complete()).isFalse();
    assertThat(readings.all()).hasSizeLessThanOrEqualTo(PathReadings.MAX_READINGS);
    assertThat(readings.every(path -> true)).isFalse();
    assertThat(readings.any(path -> false)).isTrue();
  }

  @Test
  void aLongPathIsReadWithinBounds() {
    PathReadings readings = PathReadings.of("/%41".repeat(16_000) + "//;");
    assertThat(readings.all().stream().mapToInt(String::length).sum())
        .isLessThanOrEqualTo(PathReadings.MAX_CHARACTERS + 65_000);
    assertThat(PathReadings.of("/a".repeat(30_000)).all()).hasSize(1);
    assertThat(PathReadings.of("/" + "%41".repeat(5_000)).complete()).isTrue();
  }

  /** The defining property: no step leads out of the set. */
  @ParameterizedTest
  @ValueSource(strings = {"/a;b\\%2e%2e/c//d", "/x/%252e./;/y", "/%c0%ae./%3b/..", "/a//../..//b"})
  void noStepLeadsToAReadingThatIsMissing(String raw) {
    List<String> all = PathReadings.of(raw).all();
    List<String> steps = new ArrayList<>();
    for (String reading : all) {
      steps.add(PathSteps.withoutDotSegments(reading));
      steps.add(PathSteps.withMergedSlashes(reading));
      steps.add(PathSteps.withoutParameters(reading));
      steps.add(PathSteps.withForwardSlashes(reading));
      steps.add(PathSteps.withShortForms(reading));
    }
    steps.add(PathSteps.decodeText(PathSteps.decodeBytes(raw)));
    assertThat(new HashSet<>(all)).containsAll(steps);
  }
}
