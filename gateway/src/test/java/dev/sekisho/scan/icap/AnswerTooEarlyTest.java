package dev.sekisho.scan.icap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sekisho.scan.icap.IcapOptions.Allowed;
import dev.sekisho.testing.ScriptedIcap;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An answer can be believed only from where on the server could know what it is about. */
class AnswerTooEarlyTest {
  private static final int BODY = 200_000;
  private static final String REFUSED =
      ScriptedIcap.answer(200, "", "HTTP/1.1 403 Forbidden\r\n\r\n", "no");

  /** Takes so many bytes of what is sent, and then no more, as a connection that broke. */
  private static final class Narrow extends OutputStream {
    private int left;

    Narrow(int left) {
      this.left = left;
    }

    @Override
    public void write(int one) throws IOException {
      if (--left < 0) {
        throw new IOException("full");
      }
    }
  }

  private static IcapAnswer answerAfter(int sent, OptionalInt preview) throws IOException {
    Content body = () -> new ByteArrayInputStream(new byte[BODY]);
    var sending =
        new Sending(
            new Narrow(sent), new Sending.Request(new byte[100], preview, Optional.of(body)));
    Thread writer = Thread.startVirtualThread(sending);
    try {
      while (sending.progress() == Sending.Progress.BEGUN && writer.isAlive()) {
        Thread.onSpinWait();
      }
      return new AnswerReader(IcapMethod.RESPMOD, Set.of(Allowed.UNMODIFIED_204), body, 1000)
          .listen(
              new IcapInput(
                  new ByteArrayInputStream(REFUSED.getBytes(StandardCharsets.ISO_8859_1))),
              sending)
          .answer()
          .orElseThrow();
    } finally {
      sending.stop();
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "99", "100", "5000", "65000"})
  void thatIsNotSoBeforeThePreviewWasSent(int sent) {
    assertThatThrownBy(() -> answerAfter(sent, OptionalInt.of(65_000)))
        .isInstanceOf(IcapFault.class)
        .hasMessageContaining("before it had what it asked for");
  }

  @Test
  void norBeforeTheHeadWas() {
    assertThatThrownBy(() -> answerAfter(99, OptionalInt.empty()))
        .isInstanceOf(IcapFault.class)
        .hasMessageContaining("before it had what it asked for");
  }

  @Test
  void afterwardsItIs() throws IOException {
    assertThat(answerAfter(66_000, OptionalInt.of(65_000)))
        .isInstanceOfSatisfying(
            IcapAnswer.Modified.class,
            answer -> assertThat(answer.seen()).isEqualTo(IcapAnswer.Seen.ENOUGH));
    assertThat(answerAfter(80_000, OptionalInt.empty()))
        .isInstanceOfSatisfying(
            IcapAnswer.Modified.class,
            answer -> assertThat(answer.seen()).isEqualTo(IcapAnswer.Seen.PART));
  }
}
