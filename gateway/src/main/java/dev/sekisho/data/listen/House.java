package dev.sekisho.data.listen;

import dev.sekisho.net.IpAddress;

/** What a client connection belongs to: the gateway's doors, or the CONNECT it lies inside of. */
interface House {
  void arrived(ClientConnection connection);

  /** Called once for each connection, when it or the tunnel it became is over. */
  void left(ClientConnection connection, IpAddress client);

  /** Every connection is closed after the exchange it carries. */
  boolean draining();
}
