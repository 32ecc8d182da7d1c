package dev.sekisho.policy;

import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The facts as they were when a decision was made: an immutable copy, so that what the exchange
 * learns later does not change the sentence that a decision gives for itself, and any thread may
 * read it.
 */
final class Seen {
  final IpAddress client;
  final long timeMicros;
  final Host host;
  final String hostText;
  final int port;
  final Facts.State who;
  final @Nullable String user;
  final Set<String> groups;
  final Facts.State request;
  final @Nullable String scheme;
  final @Nullable String protocol;
  final @Nullable String method;
  final @Nullable String path;
  final @Nullable String query;
  final Facts.State address;
  final List<IpAddress> addresses;
  final Facts.State response;
  final @Nullable String contentType;
  final long responseSize;

  private Seen(Facts facts, Facts.State request, Facts.State response) {
    this.client = facts.client();
    this.timeMicros = facts.timeMicros();
    this.host = facts.host();
    this.hostText = facts.host().text();
    this.port = facts.port();
    this.who = facts.state(Facts.Group.WHO);
    this.user = facts.user();
    this.groups = facts.groups();
    this.request = request;
    this.scheme = facts.scheme();
    this.protocol = facts.protocol();
    this.method = facts.method();
    this.path = facts.path();
    this.query = facts.query();
    // who asks for an address by itself has told it; nothing has to be resolved
    this.address = host instanceof IpAddress ? Facts.State.KNOWN : facts.state(Facts.Group.ADDRESS);
    this.addresses = facts.addresses();
    this.response = response;
    this.contentType = facts.contentType();
    this.responseSize = facts.responseSize();
  }

  static Seen of(Facts facts) {
    return new Seen(facts, facts.state(Facts.Group.REQUEST), facts.state(Facts.Group.RESPONSE));
  }

  /** The facts of a connection that stays sealed: what TLS would have shown will not be seen. */
  static Seen sealed(Facts facts) {
    return new Seen(
        facts, closed(facts.state(Facts.Group.REQUEST)), closed(facts.state(Facts.Group.RESPONSE)));
  }

  private static Facts.State closed(Facts.State state) {
    return state == Facts.State.UNKNOWN ? Facts.State.UNKNOWABLE : state;
  }

  /** The addresses as text; the one the client asked for when it asked for an address. */
  List<String> addressTexts() {
    return host instanceof IpAddress
        ? List.of(hostText)
        : addresses.stream().map(IpAddress::text).toList();
  }

  Facts.State state(Facts.Group group) {
    return switch (group) {
      case WHO -> who;
      case REQUEST -> request;
      case ADDRESS -> address;
      case RESPONSE -> response;
    };
  }
}
