package dev.sekisho.policy;

import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known about one exchange so far. Facts come in four groups that become known together,
 * and each group is known, unknown yet, or unknowable. The exchange owns its facts and tells policy
 * more as it learns more; nothing that was learnt is taken back.
 *
 * <p>Not thread-safe: one exchange lives on one event loop.
 */
public final class Facts {
  public enum State {
    KNOWN,
    /** Not yet: it can still be learnt, at a price. */
    UNKNOWN,
    /**
     * Never: the sealed connection, the transparent mode or the parent hides it. Counts against the
     * request.
     */
    UNKNOWABLE
  }

  /** What can be learnt, in the order in which an exchange can learn it. */
  public enum Group {
    /** The user and the groups: by asking who (407). */
    WHO,
    /** Scheme, method, path and query: by opening TLS. */
    REQUEST,
    /** The origin's addresses: by resolving the name. */
    ADDRESS,
    /** Media type and size of the response: by letting the request go. */
    RESPONSE
  }

  // Known from the start.
  private final IpAddress client;
  private final long timeMicros;
  private final Host host;
  private final int port;

  private State who = State.UNKNOWN;
  private @Nullable String user;
  private Set<String> groups = Set.of();

  private State request = State.UNKNOWN;
  private @Nullable String scheme;
  private @Nullable String protocol;
  private @Nullable String method;
  private @Nullable String path;
  private @Nullable String query;

  private State address = State.UNKNOWN;
  private List<IpAddress> addresses = List.of();

  private State response = State.UNKNOWN;
  private @Nullable String contentType;
  private long responseSize = -1;

  /**
   * @param client the client's address, or the one a trusted PROXY header gave
   * @param timeMicros when the exchange began, microseconds since 1970
   * @param host what the client asked for
   */
  public Facts(IpAddress client, long timeMicros, Host host, int port) {
    this.client = client;
    this.timeMicros = timeMicros;
    this.host = host;
    this.port = port;
  }

  /** The client proved who it is. */
  public void who(String user, Set<String> groups) {
    this.who = State.KNOWN;
    this.user = user;
    this.groups = groups;
  }

  public void whoUnknowable() {
    who = State.UNKNOWABLE;
  }

  /**
   * The request is seen.
   *
   * @param scheme {@code http} or {@code https}
   * @param protocol {@code http} or {@code websocket}
   * @param path as written, beginning with a slash, without the query; {@code *} for the asterisk
   *     form
   * @param query as written without the question mark, or null
   */
  public void request(
      String scheme, String protocol, String method, String path, @Nullable String query) {
    this.request = State.KNOWN;
    this.scheme = scheme;
    this.protocol = protocol;
    this.method = method;
    this.path = path;
    this.query = query;
  }

  /** The connection stays sealed: what it carries will not be seen. */
  public void requestUnknowable() {
    request = State.UNKNOWABLE;
  }

  /**
   * The addresses that may be dialled. Replaces an earlier answer for the same exchange, as when
   * one of them is chosen.
   */
  public void addresses(List<IpAddress> addresses) {
    this.address = State.KNOWN;
    this.addresses = addresses;
  }

  public void addressUnknowable() {
    address = State.UNKNOWABLE;
  }

  /**
   * The response's head is seen.
   *
   * @param contentType type and subtype in lower case without parameters, or null
   * @param size the declared size in bytes, or -1 when it is not declared
   */
  public void response(@Nullable String contentType, long size) {
    this.response = State.KNOWN;
    this.contentType = contentType;
    this.responseSize = size;
  }

  public void responseUnknowable() {
    response = State.UNKNOWABLE;
  }

  public State state(Group group) {
    return switch (group) {
      case WHO -> who;
      case REQUEST -> request;
      case ADDRESS -> address;
      case RESPONSE -> response;
    };
  }

  public IpAddress client() {
    return client;
  }

  public long timeMicros() {
    return timeMicros;
  }

  public Host host() {
    return host;
  }

  public int port() {
    return port;
  }

  public @Nullable String user() {
    return user;
  }

  public Set<String> groups() {
    return groups;
  }

  public @Nullable String scheme() {
    return scheme;
  }

  public @Nullable String protocol() {
    return protocol;
  }

  public @Nullable String method() {
    return method;
  }

  public @Nullable String path() {
    return path;
  }

  public @Nullable String query() {
    return query;
  }

  public List<IpAddress> addresses() {
    return addresses;
  }

  public @Nullable String contentType() {
    return contentType;
  }

  public long responseSize() {
    return responseSize;
  }
}
