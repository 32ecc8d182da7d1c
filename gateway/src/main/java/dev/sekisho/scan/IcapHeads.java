package dev.sekisho.scan;

import dev.sekisho.scan.icap.Content;
import dev.sekisho.scan.icap.Field;
import dev.sekisho.scan.icap.Head;
import dev.sekisho.scan.icap.IcapConfig;
import dev.sekisho.scan.icap.IcapMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The heads that an ICAP server gets around a body, and what is left of those that it gives. */
final class IcapHeads {
  /** What says how a message was framed on one connection, and nothing about the message. */
  private static final Set<String> FRAMING =
      Set.of(
          "connection",
          "content-length",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private static final Scanner.Head PLAIN_ANSWER = new Scanner.Head("HTTP/1.1 200 OK", List.of());

  private IcapHeads() {}

  /** With heads that agree with this view of the body. */
  static IcapMessage message(
      Scanner.Subject subject, Body.View view, Content content, IcapConfig.Send send) {
    Scanner.Heads heads = subject.heads();
    return switch (subject.direction()) {
      case UP ->
          new IcapMessage(
              around(heads.request(), view), Optional.empty(), content, about(heads, send));
      case DOWN ->
          new IcapMessage(
              around(heads.request(), Body.View.RAW),
              Optional.of(around(heads.response().orElse(PLAIN_ANSWER), view)),
              content,
              about(heads, send));
    };
  }

  private static Head around(Scanner.Head head, Body.View view) {
    List<Field> fields = new ArrayList<>();
    for (HeadField field : head.fields()) {
      String name = field.name().toLowerCase(Locale.ROOT);
      boolean undone = view == Body.View.DECODED && name.equals("content-encoding");
      if (!undone && !FRAMING.contains(name)) {
        fields.add(new Field(field.name(), field.value()));
      }
    }
    return new Head(head.line(), fields);
  }

  /** draft-stecher-icap-subid-00 sections 3.1 and 3.4. */
  private static List<Field> about(Scanner.Heads heads, IcapConfig.Send send) {
    List<Field> about = new ArrayList<>();
    if (send.client()) {
      about.add(new Field("X-Client-IP", heads.client()));
    }
    if (send.user() && !heads.user().isEmpty()) {
      byte[] user = ("Local://" + heads.user()).getBytes(StandardCharsets.UTF_8);
      about.add(new Field("X-Authenticated-User", Base64.getEncoder().encodeToString(user)));
    }
    return about;
  }

  /** What a client may be given of a head. */
  static List<HeadField> delivered(Head head) {
    Set<String> nominated = new HashSet<>(FRAMING);
    for (String value : head.all("Connection")) {
      for (String name : value.split(",", -1)) {
        nominated.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    return head.fields().stream()
        .filter(field -> !nominated.contains(field.name().toLowerCase(Locale.ROOT)))
        .map(field -> new HeadField(field.name(), field.value().replace('\n', ' ')))
        .toList();
  }

  /** Of a status line; 0 where it is none. */
  static int status(Head head) {
    String[] words = head.line().split(" ", 3);
    return words.length > 1 && words[1].matches("[1-5][0-9]{2}") ? Integer.parseInt(words[1]) : 0;
  }

  /** Whether a server gave back what it was given; every server adds itself to Via. */
  static boolean isSame(Head given, Head sent) {
    return withoutVia(given).equals(withoutVia(sent));
  }

  private static List<String> withoutVia(Head head) {
    return delivered(head).stream()
        .filter(field -> !field.name().equalsIgnoreCase("Via"))
        .map(field -> field.name().toLowerCase(Locale.ROOT) + ":" + field.value())
        .sorted()
        .toList();
  }
}
