package dev.sekisho.identity;

import dev.sekisho.net.IpAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is asking. Shared by all event loops. Nobody is asked before policy needs to know
 * (docs/identity.md).
 */
public interface Identity {
  /**
   * The value of a Proxy-Authenticate field (RFC 9110 §11.7.1); empty when users cannot be asked
   * for here, so that who asks is unknowable.
   */
  Optional<String> challenge();

  /**
   * What is known at once about these credentials, without waiting, or null when {@link #check} has
   * to be asked.
   *
   * @param credentials the value of the Proxy-Authorization field
   */
  @Nullable Answer known(String credentials, IpAddress client);

  /**
   * Checks the credentials off the event loop, and answers exactly once on {@code loop}. Failed
   * attempts are slowed, per client and per name.
   */
  void check(String credentials, IpAddress client, Executor loop, Consumer<Answer> then);

  /** What came of checking. */
  sealed interface Answer {
    /**
     * @param by how, for the record's {@code identified_by}, such as {@code basic}
     */
    record Known(String user, Set<String> groups, String by) implements Answer {}

    /**
     * Not these credentials: the client may be asked again.
     *
     * @param reason for the record, without secrets; never shown to the client
     */
    record Rejected(String reason) implements Answer {}

    /** Nothing can be said, as when the password file cannot be read. Never counts as known. */
    record Unavailable(String reason) implements Answer {}
  }

  /** Nobody can be asked. */
  static Identity nobody() {
    return new Nobody();
  }
}
