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

  /** {@code INSTREAM size limit exceeded. ERROR} */
  record TooLarge() implements ClamdReply {}

  /** Another error, or nothing that clamd would say. */
  record Failed(String detail) implements ClamdReply {}

  /** Longer than any sentence of clamd's. */
  int LONGEST = 4096;

  Pattern FOUND = Pattern.compile("stream: (\\S.*) FOUND");

  /**
   * @param text the reply without its closing zero
   */
  static ClamdReply parse(String text) {
    if (text.equals("stream: OK")) {
      return new Ok();
    }
    if (text.equals("INSTREAM size limit exceeded. ERROR")) {
      return new TooLarge();
    }
    Matcher found = FOUND.matcher(text);
    if (found.matches()) {
      return new Found(Printable.text(found.group(1), 200));
    }
    String said = Printable.text(text, 200);
    return new Failed(
        text.endsWith(" ERROR") ? "it reports: " + said : "it answered '" + said + "'");
  }
}
