package dev.sekisho.data.exchange;

import dev.sekisho.journal.RecordId;
import dev.sekisho.net.IpAddress;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who an exchange is for, as far as its connection tells.
 *
 * @param line what a request inside a CONNECT has from it; empty for everything else
 */
public record Asker(IpAddress address, Who who, Optional<Line> line) {
  /** A client that asks for itself. */
  public static Asker direct(IpAddress address, Who who) {
    return new Asker(address, who, Optional.empty());
  }

  /** What is known of the user. */
  public sealed interface Who {
    /** Said nothing so far, and may be asked. */
    record Silent() implements Who {}

    /** Cannot be asked here. */
    record Unknowable() implements Who {}

    /**
     * Said who it is, which is to be checked.
     *
     * @param credentials the value of the Proxy-Authorization field
     */
    record Presented(String credentials) implements Who {
      @Override
      public String toString() {
        return "Presented[...]";
      }
    }

    /** Proved it, on the CONNECT that carries this request. */
    record Proved(String user, Set<String> groups, String by) implements Who {}

    Who SILENT = new Silent();
    Who UNKNOWABLE = new Unknowable();
  }

  /**
   * The CONNECT that a request came through.
   *
   * @param sni what the client named in TLS; null when nothing, or there is no TLS
   * @param denial the refusal that is shown inside, because a browser shows none of a CONNECT
   */
  public record Line(RecordId id, @Nullable String sni, Optional<Ending.Denied> denial) {}
}
