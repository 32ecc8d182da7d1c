package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ViewedContentTest {
  /** Of what is long when it is undone nobody should decode the rest once nobody needs it. */
  @Test
  void aBodyThatNobodyNeedsAnyMoreIsNotReadToItsEnd() {
    byte[] gzip = Scans.gzip(new byte[4 << 20]);
    Scanner.Subject subject = Scans.subject("gzip");
    var body =
        new Body(
            subject,
            new Pieces(List.of(ByteBuffer.wrap(gzip))),
            ContentCodings.of(subject),
            DecodedLimits.of(1 << 30));
    assertThat(new ViewedContent(body, Body.View.DECODED).fault()).isEmpty();
    Thread.currentThread().interrupt();
    try {
      assertThat(new ViewedContent(body, Body.View.DECODED).fault().orElseThrow().detail())
          .contains("given up");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
