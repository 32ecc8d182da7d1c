package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Asker;
import dev.sekisho.data.exchange.Gate;
import dev.sekisho.data.http1.FieldName;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.Target;
import dev.sekisho.identity.Identity;
import dev.sekisho.journal.Record;
import dev.sekisho.net.Authority;
import dev.sekisho.net.Host;
import java.util.Optional;

/** Where the requests of a client connection come from: a door, or the inside of a CONNECT. */
sealed interface Setting {
  /**
   * The scheme of a request in origin form, and with it the port that its Host field need not say.
   */
  Target.Scheme scheme();

  /** A record of something that this client asks. */
  Record record(Client client, Record.Mode mode, long startMicros, Gate gate);

  /** The mode of what cannot be read. */
  Record.Mode mode();

  /** Who asks, as far as the request and its connection say. */
  Asker asker(Client client, RequestHead head, Identity identity);

  /** Requests in origin form are for the gateway itself; others say where they go. */
  record Door() implements Setting {
    @Override
    public Asker asker(Client client, RequestHead head, Identity identity) {
      return Asker.direct(client.address(), said(head, identity));
    }

    @Override
    public Record record(Client client, Record.Mode mode, long startMicros, Gate gate) {
      return client.record(mode, startMicros, gate);
    }

    @Override
    public Record.Mode mode() {
      return Record.Mode.PLAIN;
    }

    private static Asker.Who said(RequestHead head, Identity identity) {
      if (identity.challenge().isEmpty()) {
        return Asker.Who.UNKNOWABLE;
      }
      String credentials = head.fields().first(FieldName.PROXY_AUTHORIZATION);
      return credentials == null ? Asker.Who.SILENT : new Asker.Who.Presented(credentials);
    }

    @Override
    public Target.Scheme scheme() {
      return Target.Scheme.HTTP;
    }
  }

  /**
   * Requests are for the origin that their Host field names, and go where the CONNECT says.
   *
   * @param connect what the client asked the CONNECT for
   * @param serverName what it then named in TLS
   * @param who what the CONNECT learnt of the user
   * @param line what the exchanges inside have from the CONNECT's
   */
  record Inside(
      Authority connect,
      Optional<Host> serverName,
      Target.Scheme scheme,
      Asker.Who who,
      Asker.Line line)
      implements Setting {
    @Override
    public Asker asker(Client client, RequestHead head, Identity identity) {
      return new Asker(client.address(), who, Optional.of(line));
    }

    @Override
    public Record record(Client client, Record.Mode mode, long startMicros, Gate gate) {
      Record record = client.record(mode, startMicros, gate);
      record.parentId = line.id();
      return record;
    }

    @Override
    public Record.Mode mode() {
      return Record.Mode.INSPECTED;
    }

    /** What the origin's certificate must be for. */
    Host name() {
      return serverName.orElse(connect.host());
    }
  }

  Setting DOOR = new Door();
}
