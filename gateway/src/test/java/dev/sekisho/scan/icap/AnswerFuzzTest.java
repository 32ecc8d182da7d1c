package dev.sekisho.scan.icap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.scan.icap.IcapOptions.Allowed;
import dev.sekisho.testing.ScriptedIcap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Answers with bytes changed, cut, doubled and moved: read or refused, and never in another way.
 */
class AnswerFuzzTest {
  private static final long SEED = 3507;
  private static final byte[] BODY = "checkpoint".getBytes(StandardCharsets.US_ASCII);
  private static final String BLOCKED =
      ScriptedIcap.answer(
          200,
          "X-Infection-Found: Type=0; Resolution=2; Threat=Bad;\r\nX-Violations-Found: 1\r\n\ta\r\n\tBad\r\n",
          "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n",
          "<html>blocked</html>");
  private static final String OK = "HTTP/1.1 200 OK\r\n\r\n";
  private static final List<String> ANSWERS =
      List.of(
          BLOCKED,
          "ICAP/1.0 204 Unmodified\r\nISTag: \"x\"\r\nEncapsulated: null-body=0\r\n\r\n",
          "ICAP/1.0 204 Unmodified\r\nConnection: close\r\n\r\n",
          ScriptedIcap.answer(200, "", OK, "another body"),
          ScriptedIcap.head(200, "", OK, "res-hdr", "null-body"),
          ScriptedIcap.head(206, "", OK, "res-hdr", "res-body")
              + ScriptedIcap.chunked("chEck", "; use-original-body=5"),
          "ICAP/1.0 500 Server error\r\n\r\n");

  private static IcapAnswer read(byte[] bytes) throws IOException {
    Content body = () -> new ByteArrayInputStream(BODY);
    Sending sending =
        new Sending(
            new ByteArrayOutputStream(),
            new Sending.Request(new byte[0], OptionalInt.empty(), Optional.of(body)));
    sending.run();
    return new AnswerReader(IcapMethod.RESPMOD, EnumSet.allOf(Allowed.class), body, 1000)
        .listen(new IcapInput(new ByteArrayInputStream(bytes)), sending)
        .answer()
        .orElseThrow();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void anyBytesAreAnAnswerOrAFault() {
    Random random = new Random(SEED);
    for (int round = 0; round < 40_000; round++) {
      byte[] answer = bytes(ANSWERS.get(random.nextInt(ANSWERS.size())));
      for (int i = random.nextInt(4); i >= 0 && answer.length > 0; i--) {
        answer = changed(answer, random);
      }
      try {
        assertThat(read(answer)).isNotNull();
      } catch (IcapFault fault) {
        assertThat(fault.failure()).isEqualTo(IcapAnswer.Failure.DOWN);
      } catch (IOException | RuntimeException e) {
        throw new AssertionError(
            "seed " + SEED + ": " + new String(answer, StandardCharsets.ISO_8859_1), e);
      }
    }
  }

  private static byte[] changed(byte[] answer, Random random) {
    int at = random.nextInt(answer.length);
    var out = new ByteArrayOutputStream();
    int to = at + random.nextInt(answer.length - at + 1);
    switch (random.nextInt(5)) {
      case 0 -> { // another byte
        out.writeBytes(answer);
        byte[] other = out.toByteArray();
        other[at] = (byte) random.nextInt(256);
        return other;
      }
      case 1 -> out.write(answer, 0, at); // cut
      case 2 -> { // twice
        out.write(answer, 0, to);
        out.write(answer, at, answer.length - at);
      }
      case 3 -> { // without
        out.write(answer, 0, at);
        out.write(answer, to, answer.length - to);
      }
      case 4 -> { // a digit that says something else
        String text = new String(answer, StandardCharsets.ISO_8859_1);
        return bytes(text.replaceFirst("[0-9]+", Integer.toString(random.nextInt(400))));
      }
      default -> throw new AssertionError();
    }
    return out.toByteArray();
  }

  /** Two places of the answer say that it is a finding, so one wrong byte cannot hide it. */
  @Test
  void noSingleByteMakesABlockedBodyPass() {
    byte[] blocked = bytes(BLOCKED);
    for (int at = 0; at < blocked.length; at++) {
      for (byte value : bytes("\0\t\r\n ,:;=0123456789aAzZ~\u00ff")) {
        byte[] answer = blocked.clone();
        answer[at] = value;
        assertStillBlocked(answer);
      }
    }
  }

  private static void assertStillBlocked(byte[] answer) {
    try {
      assertThat(read(answer))
          .isInstanceOfSatisfying(
              IcapAnswer.Modified.class,
              modified -> {
                assertThat(modified.body()).isNotInstanceOf(AnsweredBody.Same.class);
                assertThat(
                        !modified.head().line().contains(" 200")
                            || modified.fields().stream()
                                .anyMatch(field -> field.name().equals("X-Infection-Found")))
                    .isTrue();
              });
    } catch (IcapFault _) {
      // not believed, so not clean
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
