package dev.sekisho.data.http1;

import dev.sekisho.net.Authority;
import dev.sekisho.net.MalformedException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the Host field says (RFC 9112 §3.2), beside what the target says.
 *
 * @param authority null when the field is absent or empty
 * @param disagrees whether it names something else than the target; the target wins
 * @param forOrigin the value the origin gets
 */
record HostField(@Nullable Authority authority, boolean disagrees, byte[] forOrigin) {
  /**
   * @param defaultPort the port an origin-form request means when its Host field names none
   */
  static HostField check(RequestLine line, Fields fields, int defaultPort) throws Refusal {
    int i = fields.indexOf(FieldName.HOST);
    if (i < 0) {
      if (line.minorVersion() > 0) {
        throw new Refusal("no Host field");
      }
      return new HostField(null, false, line.named().hostField());
    }
    if (fields.next(i, FieldName.HOST) >= 0) {
      throw new Refusal("two Host fields");
    }
    return switch (line.named().target()) {
      case Target.AbsoluteForm target ->
          beside(target.authority(), target.scheme().defaultPort(), line, fields, i);
      case Target.AuthorityForm target ->
          beside(target.authority(), target.authority().port(), line, fields, i);
      case Target.OriginForm _, Target.AsteriskForm _ ->
          alone(parse(fields, i, defaultPort), defaultPort);
    };
  }

  private static HostField beside(
      Authority target, int defaultPort, RequestLine line, Fields fields, int i) throws Refusal {
    byte[] forOrigin = line.named().hostField();
    if (spelledAs(line.named().written(), fields, i)) {
      return new HostField(target, false, forOrigin);
    }
    Authority said = parse(fields, i, defaultPort);
    return new HostField(said, !target.equals(said), forOrigin);
  }

  private static HostField alone(@Nullable Authority said, int defaultPort) {
    if (said == null) {
      return new HostField(null, false, new byte[0]);
    }
    String forOrigin = said.port() == defaultPort ? said.hostText() : said.toString();
    return new HostField(said, false, RequestLineParser.ascii(forOrigin));
  }

  private static boolean spelledAs(byte[] written, Fields fields, int i) {
    return java.util.Arrays.equals(
        written, 0, written.length, fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
  }

  private static @Nullable Authority parse(Fields fields, int i, int defaultPort) throws Refusal {
    int start = fields.valueStart(i);
    int end = fields.valueEnd(i);
    if (start == end) {
      return null;
    }
    for (int at = start; at < end; at++) {
      if (fields.bytes()[at] < 0) {
        throw new Refusal("a Host field with bytes outside ASCII");
      }
    }
    if (fields.bytes()[end - 1] == ':') {
      throw new Refusal("a Host field with an empty port");
    }
    try {
      return Authority.parse(
          new String(fields.bytes(), start, end - start, StandardCharsets.US_ASCII), defaultPort);
    } catch (MalformedException e) {
      throw new Refusal("a Host field that is no host: " + e.reason());
    }
  }
}
