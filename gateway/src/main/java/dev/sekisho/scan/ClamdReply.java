package dev.sekisho.scan;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What clamd answers to INSTREAM, read strictly (clamd(8), and clamd/scanner.c of ClamAV for the
 * wording): whatever is not one of its sentences is a failure of the engine, never a clean body.
 */
sealed interface ClamdReply {
  /** {@code stream: OK} */
  record Ok() implements ClamdReply {}

  /** {@code stream: NAME FOUND} */
  record Found(String name) implements ClamdReply {}

  /**
   * {@code stream: Heuristics.Encrypted.Zip FOUND} and the like: nothing was found, and not all of
   * it was looked at.
   *
   * @param reason {@link Verdict.Reason#ENCRYPTED} or {@link Verdict.Reason#ENGINE_LIMIT}
   */
  record Unseen(Verdict.Reason reason, String name) implements ClamdReply {}

  /**
   * {@code INSTREAM size limit exceeded. ERROR}
   *
   * @param after bytes that had been announced to it by then, or that it refused before; its limit
   *     is smaller
   */
  record TooLarge(long after) implements ClamdReply {}

  /**
   * Another error, or nothing that clamd would say.
   *
   * @param reason {@link Verdict.Reason#ENGINE_DOWN}, or {@link Verdict.Reason#TIMEOUT}
   */
  record Failed(Verdict.Reason reason, String detail) implements ClamdReply {
    Failed(String detail) {
      this(Verdict.Reason.ENGINE_DOWN, detail);
    }
  }

  /** Longer than any sentence of clamd's. */
  int LONGEST = 4096;

  Pattern FOUND = Pattern.compile("stream: (\\S.*) FOUND");

  /**
   * @param text the reply without its closing zero
   * @param announced bytes of the body that clamd had been told of
   */
  static ClamdReply parse(String text, long announced) {
    if (text.equals("stream: OK")) {
      return new Ok();
    }
    if (text.equals("INSTREAM size limit exceeded. ERROR")) {
      return new TooLarge(announced);
    }
    Matcher found = FOUND.matcher(text);
    if (found.matches()) {
      return named(Printable.text(found.group(1), 200));
    }
    String said = Printable.text(text, 200);
    return new Failed(
        text.endsWith(" ERROR") ? "it reports: " + said : "it answered '" + said + "'");
  }

  private static ClamdReply named(String name) {
    return ClamavNames.unseen(name)
        .<ClamdReply>map(reason -> new Unseen(reason, name))
        .orElseGet(() -> new Found(name));
  }
}
