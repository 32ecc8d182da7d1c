package dev.sekisho.data.exchange;

import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import dev.sekisho.scan.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * What an exchange asks of the connection that carries it. Every request is answered by exactly one
 * event on the exchange, on the same event loop, at once or later; {@link #refuse} and {@link
 * #abandon} are not answered.
 */
public sealed interface Carrier permits LineCarrier, RequestCarrier {
  /** Checks what the client said about itself; answered by {@link Exchange#identified}. */
  void identify(String credentials);

  /** Answered by {@link Exchange#resolved} or {@link Exchange#failed}. */
  void resolve(DomainName name);

  /**
   * Answered by {@link Exchange#dialled} or {@link Exchange#failed}. Only the given addresses may
   * be connected to.
   */
  void dial(List<IpAddress> addresses, int port, Connection connection);

  /**
   * Answers the client in the origin's stead. When a response has already begun, the connection is
   * broken off visibly instead.
   */
  void refuse(Refusal refusal);

  /** Whether the client may have seen a byte of a final response, or has a tunnel. */
  boolean responseBegun();

  /** The client is gone: everything that is held for this exchange is let go. */
  void abandon();

  /** Payload bytes of the request that were sent to the origin so far. */
  long bytesUp();

  /** Payload bytes of the response that were handed to the client so far. */
  long bytesDown();

  /** What of its content passed without a scan, beyond what the exchange was told. */
  default Optional<Verdict> untold() {
    return Optional.empty();
  }

  /** Microseconds since 1970, UTC. */
  long nowMicros();

  /** Which connections to an origin may be used. */
  enum Connection {
    /** One that was used before by an exchange, or a new one. */
    ANY,
    /** A new one, after a used one turned out to be stale. */
    NEW
  }
}
