package dev.sekisho.scan.icap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One question to a service, on a new connection or on one that was kept. ICAP's answers have no
 * name, so a second answer to one body that comes late would be taken for that to the next: either
 * no connection is used for two bodies, or the service has to pass a fence between them.
 */
final class Asking {
  private static final Logger LOG = LoggerFactory.getLogger(Asking.class);

  private final IcapUrl url;
  private final Optional<SSLContext> tls;
  private final IcapConfig.Reuse reuse;
  private final Addresses addresses;
  private final Consumer<Head> options;
  private volatile boolean strayToldOf;

  /**
   * @param options gets each answer to OPTIONS that came at a fence
   */
  Asking(IcapUrl url, Optional<SSLContext> tls, IcapConfig.Reuse reuse, Consumer<Head> options) {
    this.url = url;
    this.tls = tls;
    this.reuse = reuse;
    this.addresses = new Addresses(url.host());
    this.options = options;
  }

  /** OPTIONS, which has no body. */
  Sending.Request optionsRequest() {
    String head =
        "OPTIONS %s ICAP/1.0\r\nHost: %s\r\nUser-Agent: Sekisho\r\n\r\n"
            .formatted(url.asked(), url.authority());
    return new Sending.Request(
        head.getBytes(StandardCharsets.ISO_8859_1), OptionalInt.empty(), Optional.empty());
  }

  /**
   * A connection that was used before may have been closed in the meantime: then a new one gets the
   * question, once.
   */
  Listener.Answered ask(
      ConnectionPool.Lease lease, Sending.Request request, Listener listener, long deadline)
      throws IOException, InterruptedException {
    Optional<IcapConnection> kept = kept(lease, request, deadline);
    if (kept.isPresent()) {
      try {
        return on(kept.get(), lease, request, listener, deadline);
      } catch (IOException e) {
        if (kept.get().in().spoke() || isTimeout(e)) {
          throw e;
        }
      }
    }
    return on(new IcapConnection(url, addresses, tls), lease, request, listener, deadline);
  }

  private Optional<IcapConnection> kept(
      ConnectionPool.Lease lease, Sending.Request request, long deadline)
      throws InterruptedException {
    Optional<IcapConnection> idle = lease.idle();
    boolean passes =
        idle.isPresent() && (request.body().isEmpty() || passesFence(idle.get(), deadline));
    return passes ? idle : Optional.empty();
  }

  /** In half of the time that is left, so that a new connection can be tried after it. */
  private boolean passesFence(IcapConnection connection, long deadline)
      throws InterruptedException {
    long now = System.nanoTime();
    try {
      Listener.Answered answered =
          Conversation.hold(
              connection, optionsRequest(), Listener.forFence(), now + (deadline - now) / 2);
      options.accept(answered.head());
      return answered.after() == Listener.After.KEEP;
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      tellOfStray(connection, e);
      return false;
    }
  }

  private void tellOfStray(IcapConnection connection, IOException e) {
    if (connection.in().spoke() && !isTimeout(e) && !strayToldOf) {
      strayToldOf = true;
      LOG.warn(
          "ICAP service {} said something else than its options when it was asked for them between"
              + " two bodies ({}). Such connections are closed; with 'reuse: never' none is used"
              + " twice.",
          url,
          IcapFault.printable("" + e.getMessage()));
    }
  }

  private Listener.Answered on(
      IcapConnection connection,
      ConnectionPool.Lease lease,
      Sending.Request request,
      Listener listener,
      long deadline)
      throws IOException, InterruptedException {
    Listener.Answered answered = Conversation.hold(connection, request, listener, deadline);
    if (answered.after() == Listener.After.KEEP) {
      switch (reuse) {
        case NEVER -> connection.close();
        case FENCED -> lease.keep(connection);
      }
    }
    return answered;
  }

  static boolean isTimeout(IOException e) {
    return e instanceof IcapFault fault && fault.failure() == IcapAnswer.Failure.TIMEOUT;
  }
}
