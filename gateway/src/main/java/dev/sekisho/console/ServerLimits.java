package dev.sekisho.console;

import java.util.Map;

/**
 * What keeps a slow or greedy caller from holding the operators' server: the JDK's has no limits of
 * its own, and takes them from system properties alone, once, when its first server is made. What
 * was set on the command line stays (SEKISHO_JAVA_OPTS).
 */
final class ServerLimits {
  /** Properties of jdk.httpserver; times in seconds. */
  private static final Map<String, String> USUAL =
      Map.of(
          // From a request's first byte to its last, also when they come one by one.
          "sun.net.httpserver.maxReqTime", "10",
          // For writing an answer to somebody who does not read it.
          "sun.net.httpserver.maxRspTime", "30",
          // Between requests.
          "sun.net.httpserver.idleInterval", "30",
          "sun.net.httpserver.maxReqHeaderSize", "16384",
          // Of each server; a further one is closed at once.
          "jdk.httpserver.maxConnections", "64");

  private ServerLimits() {}

  static void impose() {
    USUAL.forEach((property, value) -> System.getProperties().putIfAbsent(property, value));
  }
}
