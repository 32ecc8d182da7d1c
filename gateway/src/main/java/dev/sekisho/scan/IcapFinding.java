package dev.sekisho.scan;

import dev.sekisho.scan.icap.AnsweredBody;
import dev.sekisho.scan.icap.Field;
import dev.sekisho.scan.icap.IcapAnswer;
import dev.sekisho.scan.icap.IcapAnswer.Modified;
import dev.sekisho.scan.icap.IcapMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the answer of an ICAP server means. A server that found something says so in a field, or
 * answers in the place of the origin; what only looks like a finding is one, since the body must
 * not be delivered against its word.
 */
final class IcapFinding {
  private static final Pattern THREAT = Pattern.compile("(?i)(?:^|;)\\s*Threat\\s*=\\s*([^;]*)");
  private static final int LONGEST_NAME = 200;

  private final String service;
  private final IcapMessage sent;
  private final ViewedContent content;
  private final long limit;

  /**
   * @param service for messages
   * @param limit bytes of a replacement
   */
  IcapFinding(String service, IcapMessage sent, ViewedContent content, long limit) {
    this.service = service;
    this.sent = sent;
    this.content = content;
    this.limit = limit;
  }

  Finding of(IcapAnswer answer) {
    return switch (answer) {
      case IcapAnswer.Unmodified(List<Field> fields) ->
          threat(fields)
              .map(name -> found(name, Optional.empty()))
              .orElseGet(() -> whole(new Finding.Nothing()));
      case Modified modified -> of(modified);
      case IcapAnswer.Ignored(String extension) ->
          whole(
              unable(
                  Verdict.Reason.ENGINE_LIMIT,
                  "does not look at files that end in ." + extension + " (Transfer-Ignore)"));
      case IcapAnswer.Failed(IcapAnswer.Failure failure, String detail) ->
          unable(
              switch (failure) {
                case DOWN -> Verdict.Reason.ENGINE_DOWN;
                case TIMEOUT -> Verdict.Reason.TIMEOUT;
                case BUSY -> Verdict.Reason.SPOOL_FULL;
              },
              "gave no verdict: " + detail);
    };
  }

  private Finding of(Modified answer) {
    Optional<String> threat = threat(answer.fields());
    if (threat.isPresent()) {
      return found(threat.get(), page(answer));
    }
    return switch (answer.kind()) {
      case REQUEST -> request(answer);
      case RESPONSE -> response(answer);
    };
  }

  /** A clamd behind the server may have said only that it did not look. */
  private Finding found(String name, Optional<Replacement> page) {
    return ClamavNames.unseen(name)
        .map(reason -> whole(unable(reason, "did not look at all of it: " + name)))
        .orElseGet(() -> new Finding.Found(name, page));
  }

  private Finding request(Modified answer) {
    boolean same =
        answer.body() instanceof AnsweredBody.Same
            && answer.head().line().equals(sent.request().line())
            && IcapHeads.isSame(answer.head(), sent.request());
    if (!same) {
      return unable(
          Verdict.Reason.ENGINE_DOWN, "wants another request to be sent, which is not done here");
    }
    return believed(answer, new Finding.Nothing());
  }

  private Finding response(Modified answer) {
    int status = IcapHeads.status(answer.head());
    if (sent.response().isEmpty() || status != IcapHeads.status(sent.response().get())) {
      return new Finding.Found("refused (" + status + ")", page(answer));
    }
    return switch (answer.body()) {
      case AnsweredBody.Same _ ->
          IcapHeads.isSame(answer.head(), sent.response().get())
              ? believed(answer, new Finding.Nothing())
              : believed(answer, otherHead(answer));
      case AnsweredBody.Other(byte[] bytes) -> believed(answer, replaced(answer, bytes));
      case AnsweredBody.TooLong _ -> tooLong();
    };
  }

  /** What it wants to be delivered before it has seen the body may not even be about this body. */
  private Finding believed(Modified answer, Finding finding) {
    return switch (answer.seen()) {
      case ENOUGH -> finding instanceof Finding.Unable ? finding : whole(finding);
      case PART ->
          unable(Verdict.Reason.ENGINE_DOWN, "answered with a message before it had the body");
    };
  }

  private Finding otherHead(Modified answer) {
    try (InputStream again = content.open()) {
      byte[] bytes = again.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE - 8));
      return bytes.length > limit || again.read() >= 0 ? tooLong() : replaced(answer, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("a view never throws", e);
    }
  }

  private static Finding replaced(Modified answer, byte[] bytes) {
    return new Finding.Replaced(
        new Replacement(
            IcapHeads.status(answer.head()), IcapHeads.delivered(answer.head()), bytes));
  }

  private Finding tooLong() {
    return unable(
        Verdict.Reason.ENGINE_DOWN,
        "wants something else to be delivered that is longer than " + Size.text(limit));
  }

  /** A page, unless it is the very body in which something was found. */
  private static Optional<Replacement> page(Modified answer) {
    return answer.kind() == IcapAnswer.Kind.RESPONSE
            && answer.body() instanceof AnsweredBody.Other(byte[] bytes)
        ? Optional.of(
            new Replacement(
                IcapHeads.status(answer.head()), IcapHeads.delivered(answer.head()), bytes))
        : Optional.empty();
  }

  /**
   * A coding that could not be undone to the end is what counts: nothing is clean then, and what an
   * engine did not look into is the lesser reason.
   */
  private Finding whole(Finding finding) {
    return content.fault().<Finding>map(Finding.Unable::new).orElse(finding);
  }

  private Finding unable(Verdict.Reason reason, String what) {
    return Finding.unable(reason, service + " " + Printable.text(what, 300) + ".");
  }

  /** What servers say that found something, by the fields that they have agreed on. */
  private static Optional<String> threat(List<Field> fields) {
    Optional<String> found = Optional.empty();
    for (Field field : fields) {
      Optional<String> name =
          switch (field.name().toLowerCase(Locale.ROOT)) {
            case "x-infection-found" -> Optional.of(infection(field.value()));
            case "x-virus-id" -> Optional.of(field.value());
            case "x-violations-found" -> violation(field.value());
            default -> Optional.empty();
          };
      found = found.or(() -> name);
    }
    return found.map(
        name -> name.isBlank() ? "unnamed" : Printable.text(name.strip(), LONGEST_NAME));
  }

  /** {@code Type=0; Resolution=2; Threat=NAME;} */
  private static String infection(String value) {
    Matcher threat = THREAT.matcher(value);
    return threat.find() ? threat.group(1) : value;
  }

  /** How many, then of each four lines: file, name, problem, resolution. */
  private static Optional<String> violation(String value) {
    String[] lines = value.split("\n", -1);
    if (lines[0].strip().equals("0")) {
      return Optional.empty();
    }
    return Optional.of(lines.length > 2 ? lines[2] : "violation");
  }
}
