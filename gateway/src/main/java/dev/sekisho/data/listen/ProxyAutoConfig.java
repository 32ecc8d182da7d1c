package dev.sekisho.data.listen;

import dev.sekisho.net.Authority;
import io.netty.channel.Channel;

/**
 * The script by which browsers find their proxy. What the parser took for the gateway's host has no
 * character that ends a string of the script.
 */
final class ProxyAutoConfig {
  static final String TYPE = "application/x-ns-proxy-autoconfig";

  private static final PageTemplate SCRIPT = PageTemplate.of("proxy.pac");

  private ProxyAutoConfig() {}

  /** How a client came, which is how the script sends others. */
  enum Door {
    PLAIN("PROXY "),
    TLS("HTTPS ");

    private final String word;

    Door(String word) {
      this.word = word;
    }

    static Door of(Channel channel) {
      return LineOpener.innermostTls(channel) == null ? PLAIN : TLS;
    }
  }

  /**
   * @param gateway as the client that asks sees it
   */
  static byte[] script(Authority gateway, Door door) {
    String proxy = door.word + gateway.hostText() + ":" + gateway.port();
    return SCRIPT.fill(name -> name.equals("proxy") ? proxy : null);
  }
}
