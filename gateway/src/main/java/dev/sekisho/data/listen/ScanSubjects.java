package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Asked;
import dev.sekisho.data.http1.BodyFraming;
import dev.sekisho.data.http1.FieldName;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.journal.RecordId;
import dev.sekisho.net.IpAddress;
import dev.sekisho.scan.Scanner;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the scanner is told of the two bodies of an exchange. */
record ScanSubjects(Asked.Url asked, RequestHead head, IpAddress client, RecordId record) {
  Scanner.Subject upload(String user) {
    return new Scanner.Subject(
        Scanner.Direction.UP,
        asked.host(),
        asked.path(),
        MediaType.of(head.fields()),
        size(head.framing()),
        lower(head.fields().joined(FieldName.CONTENT_ENCODING)),
        new ScannedHeads(asked, head, null, client, user),
        record.toString());
  }

  Scanner.Subject download(ResponseHead response, String user) {
    return new Scanner.Subject(
        Scanner.Direction.DOWN,
        asked.host(),
        asked.path(),
        MediaType.of(response.fields()),
        size(response.framing()),
        lower(response.contentEncoding()),
        new ScannedHeads(asked, head, response, client, user),
        record.toString());
  }

  /** The messages of one direction of a WebSocket, before their lengths are known. */
  Scanner.Subject messages(Scanner.Direction direction, String user) {
    return new Scanner.Subject(
        direction,
        asked.host(),
        asked.path(),
        null,
        -1,
        null,
        new MessageHeads(new ScannedHeads(asked, head, null, client, user), direction),
        record.toString());
  }

  private static long size(BodyFraming framing) {
    return framing instanceof BodyFraming.Length(long bytes) ? bytes : -1;
  }

  private static @Nullable String lower(@Nullable String text) {
    return text == null ? null : text.toLowerCase(Locale.ROOT);
  }
}
