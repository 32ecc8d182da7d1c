package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Asked;
import dev.sekisho.data.http1.Fields;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.net.IpAddress;
import dev.sekisho.scan.HeadField;
import dev.sekisho.scan.Scanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The heads of an exchange for an engine that wants to see them. Immutable. */
record ScannedHeads(
    Asked.Url asked, RequestHead head, @Nullable ResponseHead answer, IpAddress from, String user)
    implements Scanner.Heads {
  @Override
  public Scanner.Head request() {
    return new Scanner.Head(head.method() + " " + asked.url() + " HTTP/1.1", fields(head.fields()));
  }

  @Override
  public Optional<Scanner.Head> response() {
    return Optional.ofNullable(answer)
        .map(given ->
            new Scanner.Head(
                ("HTTP/1.1 " + given.status() + " " + given.reason()).strip(),
                fields(given.fields())));
  }

  @Override
  public String client() {
    return from.text();
  }

  private static List<HeadField> fields(Fields all) {
    List<HeadField> kept = new ArrayList<>();
    for (int i = 0; i < all.count(); i++) {
      if (!all.isHopByHop(i)) {
        kept.add(new HeadField(all.name(i), all.value(i)));
      }
    }
    return kept;
  }
}
