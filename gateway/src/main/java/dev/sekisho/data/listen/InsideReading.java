package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Asked;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Way;
import dev.sekisho.data.http1.FieldName;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.Target;
import dev.sekisho.net.Authority;
import java.util.ArrayList;
import java.util.List;

/**
 * What a request inside a CONNECT is. Its URL is what the Host field says; it goes where the
 * CONNECT says, under the name that TLS says. Where these differ, policy is told of all of them.
 */
final class InsideReading {
  private InsideReading() {}

  static Reading of(RequestHead head, Setting.Inside inside) {
    return switch (head.target()) {
      case Target.AuthorityForm _ ->
          Reading.unfit(Failure.Kind.MALFORMED_REQUEST, "There is no CONNECT inside of a CONNECT.");
      case Target.AbsoluteForm absolute when absolute.scheme() != inside.scheme() ->
          Reading.unfit(
              Failure.Kind.MALFORMED_REQUEST,
              "The URL of the request has another scheme than the connection it came through.");
      case Target.AbsoluteForm absolute -> outbound(head, absolute.authority(), inside);
      case Target.OriginForm _, Target.AsteriskForm _ -> {
        Authority named = head.host();
        yield outbound(
            head, named == null ? unnamed(inside) : withPort(head, named, inside), inside);
      }
    };
  }

  /** HTTP/1.0 needs no Host field. */
  private static Authority unnamed(Setting.Inside inside) {
    return new Authority(inside.name(), inside.connect().port());
  }

  /** A Host field without a port means the port that the client went to. */
  private static Authority withPort(RequestHead head, Authority named, Setting.Inside inside) {
    String written = head.fields().first(FieldName.HOST);
    boolean silent = written != null && !written.endsWith(":" + named.port());
    return silent ? new Authority(named.host(), inside.connect().port()) : named;
  }

  private static Reading outbound(RequestHead head, Authority url, Setting.Inside inside) {
    String pathAndQuery = head.pathAndQuery();
    int question = pathAndQuery.indexOf('?');
    String scheme = inside.scheme().word();
    boolean usualPort = url.port() == inside.scheme().defaultPort();
    String origin = scheme + "://" + (usualPort ? url.hostText() : url.toString());
    return new Reading.Outbound(
        new Asked.Url(
            url.host(),
            url.port(),
            head.method(),
            Reading.version(head),
            head.fields().first(FieldName.USER_AGENT),
            origin + (pathAndQuery.equals("*") ? "" : pathAndQuery),
            scheme,
            head.upgradesToWebSocket() ? "websocket" : "http",
            question < 0 ? pathAndQuery : pathAndQuery.substring(0, question),
            question < 0 ? null : pathAndQuery.substring(question + 1),
            way(url, inside)),
        inside.mode());
  }

  private static Way way(Authority url, Setting.Inside inside) {
    Authority connect = inside.connect();
    List<Authority> also = new ArrayList<>(2);
    Authority inTls = new Authority(inside.name(), connect.port());
    for (Authority named : List.of(connect, inTls)) {
      if (!named.equals(url) && !also.contains(named)) {
        also.add(named);
      }
    }
    Way.Security security =
        switch (inside.scheme()) {
          case HTTP -> Way.Security.PLAIN;
          case HTTPS -> new Way.Security.Tls(inside.name());
        };
    return new Way(connect.host(), connect.port(), security, List.copyOf(also));
  }
}
