package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Asked;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Way;
import dev.sekisho.data.http1.FieldName;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.Target;
import dev.sekisho.journal.Record;
import dev.sekisho.net.Authority;

/** What a request on the proxy port is, by its target. */
sealed interface Reading {
  /** The host under which the gateway answers itself through the proxy: {@code http://sekisho/}. */
  String OWN_NAME = "sekisho";

  /** To be decided, recorded and carried out. */
  record Outbound(Asked asked, Record.Mode mode) implements Reading {}

  /** For the gateway itself. */
  record Ours(String path) implements Reading {}

  /** Well-formed, but not to be taken on. */
  record Unfit(Failure failure) implements Reading {}

  static Reading of(RequestHead head, Lane lane, Setting setting) {
    if (head.fields().has(FieldName.VIA) && head.viaContains(lane.voice().pseudonym())) {
      return unfit(Failure.Kind.LOOP, "The request has come through this gateway before.");
    }
    return switch (setting) {
      case Setting.Door _ -> atTheDoor(head, lane.own());
      case Setting.Inside inside -> InsideReading.of(head, inside);
    };
  }

  private static Reading atTheDoor(RequestHead head, OwnAddresses own) {
    return switch (head.target()) {
      case Target.OriginForm _ -> new Ours(pathOf(head.pathAndQuery()));
      case Target.AsteriskForm _ -> new Ours("*");
      case Target.AuthorityForm(Authority authority) ->
          new Outbound(
              new Asked.Line(
                  authority.host(),
                  authority.port(),
                  version(head),
                  head.fields().first(FieldName.USER_AGENT)),
              Record.Mode.CONNECT);
      case Target.AbsoluteForm absolute -> absolute(head, absolute, own);
    };
  }

  private static Reading absolute(RequestHead head, Target.AbsoluteForm target, OwnAddresses own) {
    if (target.scheme() != Target.Scheme.HTTP) {
      return unfit(
          Failure.Kind.UNSUPPORTED_SCHEME,
          "The gateway fetches http URLs; for https the client has to use CONNECT.");
    }
    if (head.maxForwards() == 0) {
      return new Ours("*");
    }
    String pathAndQuery = head.pathAndQuery();
    Authority authority = target.authority();
    if (authority.host().text().equals(OWN_NAME) || own.isDoor(authority)) {
      return new Ours(pathOf(pathAndQuery));
    }
    int question = pathAndQuery.indexOf('?');
    return new Outbound(
        new Asked.Url(
            authority.host(),
            authority.port(),
            head.method(),
            version(head),
            head.fields().first(FieldName.USER_AGENT),
            head.writtenTarget(),
            "http",
            head.upgradesToWebSocket() ? "websocket" : "http",
            question < 0 ? pathAndQuery : pathAndQuery.substring(0, question),
            question < 0 ? null : pathAndQuery.substring(question + 1),
            Way.plain(authority.host(), authority.port())),
        Record.Mode.PLAIN);
  }

  private static String pathOf(String pathAndQuery) {
    int question = pathAndQuery.indexOf('?');
    return question < 0 ? pathAndQuery : pathAndQuery.substring(0, question);
  }

  static Reading unfit(Failure.Kind kind, String detail) {
    return new Unfit(new Failure(Failure.Side.CLIENT, kind, Failure.Retry.SAFE, detail));
  }

  static String version(RequestHead head) {
    return head.minorVersion() == 1 ? "HTTP/1.1" : "HTTP/1.0";
  }
}
