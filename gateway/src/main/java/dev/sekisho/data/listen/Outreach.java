package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Exchange;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.names.Resolver;
import dev.sekisho.data.origin.Dialler;
import dev.sekisho.data.origin.SecureDial;
import dev.sekisho.identity.Identity;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the carriers ask of the world for one client connection. Answers come at once or later, on
 * the connection's loop; no defect in what is done with them leaves the client waiting.
 */
final class Outreach {
  private final ClientConnection client;
  private final Lane lane;

  Outreach(ClientConnection client, Lane lane) {
    this.client = client;
    this.lane = lane;
  }

  void identify(String credentials, Consumer<Identity.Answer> then) {
    Identity identity = lane.gate().identity();
    Identity.@Nullable Answer known = identity.known(credentials, client.clientAddress());
    if (known != null) {
      then.accept(known);
      return;
    }
    // As long as the identity takes: it has limits of its own.
    client.never();
    identity.check(
        credentials,
        client.clientAddress(),
        lane.loop(),
        answer -> client.guarded(() -> then.accept(answer)));
  }

  void resolve(DomainName name, Exchange exchange) {
    Resolver resolver = lane.means().resolver();
    Resolver.@Nullable Answer known = resolver.known(name);
    if (known != null) {
      tell(known, exchange);
    } else {
      resolver.resolve(name, lane.loop(), answer -> client.guarded(() -> tell(answer, exchange)));
    }
  }

  private static void tell(Resolver.Answer answer, Exchange exchange) {
    switch (answer) {
      case Resolver.Answer.Addresses(List<IpAddress> addresses) -> exchange.resolved(addresses);
      case Resolver.Answer.Failed(Failure failure) -> exchange.failed(failure);
    }
  }

  Dialler.Attempt dial(List<IpAddress> addresses, int port, Consumer<Dialler.Dialled> then) {
    return lane.means()
        .dialler()
        .dial(addresses, port, lane.loop(), outcome -> client.guarded(() -> then.accept(outcome)));
  }

  /** Dials and shakes hands. */
  Dialler.Attempt dial(SecureDial.Destination to, Consumer<SecureDial.Outcome> then) {
    var means =
        new SecureDial.Means(lane.means().dialler(), lane.means().originTls(), lane.handshakes());
    return SecureDial.begin(
        means, to, lane.loop(), outcome -> client.guarded(() -> then.accept(outcome)));
  }
}
