package dev.sekisho.data.exchange;

import dev.sekisho.identity.Identity;
import dev.sekisho.net.Authority;
import dev.sekisho.net.Host;
import dev.sekisho.policy.Facts;
import java.util.List;
import java.util.Optional;

/** What an exchange knows: the facts for policy, and where they came from. */
final class Known {
  private final Asked asked;
  private final Asker asker;
  private final Facts facts;
  private User user = User.UNTRIED;
  private Optional<Asker.Who.Proved> proved = Optional.empty();
  private List<Authority> alsoNamed;

  /** What came of finding out who asks. */
  enum User {
    UNTRIED,
    PROVED,
    REJECTED,
    UNAVAILABLE
  }

  Known(Asked asked, Asker asker, long startMicros) {
    this.asked = asked;
    this.asker = asker;
    this.facts = new Facts(asker.address(), startMicros, asked.host(), asked.port());
    if (asked instanceof Asked.Url url) {
      tellRequest(facts, url);
    }
    this.alsoNamed =
        switch (asked) {
          case Asked.Url url -> url.way().also();
          case Asked.Line _ -> List.of();
        };
    if (asker.who() instanceof Asker.Who.Unknowable) {
      facts.whoUnknowable();
    }
  }

  Facts facts() {
    return facts;
  }

  void proved(Asker.Who.Proved who) {
    user = User.PROVED;
    proved = Optional.of(who);
    facts.who(who.user(), who.groups());
  }

  void notProved(Identity.Answer answer) {
    user =
        switch (answer) {
          case Identity.Answer.Known _ -> User.PROVED;
          case Identity.Answer.Rejected _ -> User.REJECTED;
          case Identity.Answer.Unavailable _ -> User.UNAVAILABLE;
        };
  }

  User user() {
    return user;
  }

  /** What requests inside this CONNECT know of the user: nobody is asked there any more. */
  Asker.Who inherited() {
    return proved.isPresent() ? proved.get() : Asker.Who.UNKNOWABLE;
  }

  /** The connection stays closed. */
  void sealed() {
    facts.requestUnknowable();
    facts.responseUnknowable();
  }

  /** Whether TLS could still be opened to see more. */
  boolean mayBeOpened() {
    return asked instanceof Asked.Line && facts.state(Facts.Group.REQUEST) == Facts.State.UNKNOWN;
  }

  /** Where it goes. */
  Host destination() {
    return switch (asked) {
      case Asked.Url url -> url.way().host();
      case Asked.Line line -> line.host();
    };
  }

  int port() {
    return switch (asked) {
      case Asked.Url url -> url.way().port();
      case Asked.Line line -> line.port();
    };
  }

  /** What the client named on the way besides the host of its URL. */
  List<Authority> alsoNamed() {
    return alsoNamed;
  }

  /** TLS inside a CONNECT is for this name. */
  void named(Host serverName) {
    if (!serverName.equals(asked.host())) {
      alsoNamed = List.of(new Authority(serverName, asked.port()));
    }
  }

  /**
   * The same request to the same addresses, as if its URL had another host. Nothing more can be
   * learnt of that one.
   */
  Facts asIfFor(Authority other) {
    Facts also = factsOf(other);
    if (asked instanceof Asked.Url url) {
      tellRequest(also, url);
    } else {
      also.requestUnknowable();
    }
    also.responseUnknowable();
    return also;
  }

  /** A CONNECT of the same client to the same addresses, as if it were for another host. */
  Facts asIfLineTo(Authority other) {
    return factsOf(other);
  }

  private Facts factsOf(Authority other) {
    Facts also = new Facts(asker.address(), facts.timeMicros(), other.host(), other.port());
    proved.ifPresentOrElse(who -> also.who(who.user(), who.groups()), also::whoUnknowable);
    if (facts.state(Facts.Group.ADDRESS) == Facts.State.KNOWN) {
      also.addresses(facts.addresses());
    }
    return also;
  }

  /** Empty for whoever proved nothing. */
  String userName() {
    return proved.map(Asker.Who.Proved::user).orElse("");
  }

  /** For display. */
  String subject() {
    return switch (asked) {
      case Asked.Url url -> url.url();
      case Asked.Line line -> line.host().text() + ":" + line.port();
    };
  }

  private static void tellRequest(Facts facts, Asked.Url url) {
    facts.request(url.scheme(), url.protocol(), url.method(), url.path(), url.query());
  }
}
