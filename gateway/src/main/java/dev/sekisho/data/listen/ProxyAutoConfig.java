package dev.sekisho.data.listen;

import dev.sekisho.net.Authority;

/**
 * The script by which browsers find their proxy. What the parser took for the gateway's host has no
 * character that ends a string of the script.
 */
final class ProxyAutoConfig {
  static final String TYPE = "application/x-ns-proxy-autoconfig";

  private static final PageTemplate SCRIPT = PageTemplate.of("proxy.pac");

  private ProxyAutoConfig() {}

  /**
   * @param gateway as the client that asks sees it
   */
  static byte[] script(Authority gateway, OwnPage.Door door) {
    String proxy = door.word() + " " + gateway.hostText() + ":" + gateway.port();
    return SCRIPT.fill(name -> name.equals("proxy") ? proxy : null);
  }
}
