package dev.sekisho.data.listen;

import dev.sekisho.net.IpAddress;

/**
 * Who the client of a connection is: fired as a user event through the pipeline exactly once, after
 * channelActive and before the first byte.
 */
public record ClientAddress(IpAddress address, int port, Source source) {
  public enum Source {
    /** The other end of the TCP connection. */
    CONNECTION,
    /** A PROXY header from somebody who may send one. */
    PROXY_PROTOCOL
  }
}
