package dev.sekisho.app;

import dev.sekisho.data.names.Resolver;
import dev.sekisho.data.origin.trust.IntermediateFetch;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import java.io.IOException;
import java.util.List;

/** Where the issuers of incomplete chains are; asked seldom, and then waited for. */
record IssuerNames(NameLookup lookup) implements IntermediateFetch.Names {
  @Override
  public List<IpAddress> addresses(DomainName name) throws IOException {
    return switch (lookup.ask(name)) {
      case Resolver.Answer.Addresses(List<IpAddress> found) -> found;
      case Resolver.Answer.Failed(var failure) -> throw new IOException(failure.detail());
    };
  }
}
