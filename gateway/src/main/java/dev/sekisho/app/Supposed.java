package dev.sekisho.app;

import dev.sekisho.net.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code sekisho explain} is to suppose of a request.
 *
 * @param who who would prove to ask, when asked
 * @param addresses the origin's; empty to resolve its name
 * @param response what the response would be
 */
record Supposed(
    IpAddress client,
    long timeMicros,
    String method,
    Optional<Who> who,
    List<IpAddress> addresses,
    Optional<Response> response) {
  record Who(String user, Set<String> groups) {}

  /**
   * @param contentType in lower case
   * @param size the declared size, or -1
   */
  record Response(String contentType, long size) {}
}
