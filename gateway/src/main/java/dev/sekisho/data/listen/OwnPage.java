package dev.sekisho.data.listen;

import dev.sekisho.data.http1.BodyFraming;
import dev.sekisho.data.http1.FieldName;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.Target;
import dev.sekisho.data.inspect.Authorities;
import dev.sekisho.data.inspect.Authority;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway answers when it is asked itself: on the proxy port in origin form, or through
 * the proxy as {@code http://sekisho/} or by the address of that port. Tells people and their
 * programs which proxy to set and which authority to trust.
 */
final class OwnPage {
  private static final PageTemplate HTML = PageTemplate.of("own.html");
  private static final Properties ENGLISH = PageTemplate.texts("own_en.properties");
  private static final Properties JAPANESE = PageTemplate.texts("own_ja.properties");
  private static final byte[] NOTHING =
      "There is no such page here. To reach the internet, set this address as an HTTP proxy.\n"
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] ASK_DIRECTLY =
      ("Ask for it without the proxy, at the address of the proxy itself: through it the gateway"
              + " does not know under which address you reach it.\n")
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] READ_ONLY =
      "Only GET and HEAD are answered here.\n".getBytes(StandardCharsets.UTF_8);

  private OwnPage() {}

  /** By which door a client came, and so by which it is to come again. */
  enum Door {
    PLAIN("http", "PROXY", 3128, "proxy-note"),
    TLS("https", "HTTPS", 3129, "proxy-tls-note");

    private final String scheme;
    private final String word;
    private final int usualPort;
    private final String note;

    Door(String scheme, String word, int usualPort, String note) {
      this.scheme = scheme;
      this.word = word;
      this.usualPort = usualPort;
      this.note = note;
    }

    static Door of(Channel channel) {
      return LineOpener.innermostTls(channel) == null ? PLAIN : TLS;
    }

    /** As a script for browsers names it. */
    String word() {
      return word;
    }
  }

  /** Whether the connection can go on after the answer. */
  static Afterwards afterwards(RequestHead head) {
    return Afterwards.of(head.keepAlive() && head.framing() instanceof BodyFraming.None);
  }

  static ByteBuf render(
      String path, RequestHead head, InspectionMeans inspection, Channel channel) {
    return render(path, head, inspection, Door.of(channel), channel.alloc());
  }

  static ByteBuf render(
      String path,
      RequestHead head,
      InspectionMeans inspection,
      Door door,
      ByteBufAllocator allocator) {
    Afterwards then = afterwards(head);
    String method = head.method();
    if (method.equals("OPTIONS")) {
      return Answer.options(then, allocator);
    }
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return Answer.page(405, "text/plain; charset=utf-8", READ_ONLY, method, then, allocator);
    }
    Authorities authorities = inspection.authorities().get();
    return switch (path) {
      case "/" ->
          Answer.page(
              200,
              "text/html; charset=utf-8",
              page(head, authorities, door),
              method,
              then,
              allocator);
      case "/ca.pem" ->
          Answer.page(
              200,
              "application/x-pem-file",
              authorities.published().getBytes(StandardCharsets.US_ASCII),
              method,
              then,
              allocator);
      case "/ca.crt" ->
          Answer.page(
              200,
              "application/x-x509-ca-cert",
              authorities.publishedDer(),
              method,
              then,
              allocator);
      case "/proxy.pac" -> script(head, door, then, allocator);
      default -> Answer.page(404, "text/plain; charset=utf-8", NOTHING, method, then, allocator);
    };
  }

  private static ByteBuf script(
      RequestHead head, Door door, Afterwards then, ByteBufAllocator allocator) {
    dev.sekisho.net.@Nullable Authority asked = asked(head);
    return asked == null
        ? Answer.page(
            404, "text/plain; charset=utf-8", ASK_DIRECTLY, head.method(), then, allocator)
        : Answer.page(
            200,
            ProxyAutoConfig.TYPE,
            ProxyAutoConfig.script(asked, door),
            head.method(),
            then,
            allocator);
  }

  private static byte[] page(RequestHead head, Authorities authorities, Door door) {
    boolean japanese = RefusalPage.prefersJapanese(head.fields().first(FieldName.ACCEPT_LANGUAGE));
    Properties texts = japanese ? JAPANESE : ENGLISH;
    dev.sekisho.net.@Nullable Authority asked = asked(head);
    String host = asked == null ? "GATEWAY" : PageTemplate.escaped(asked.hostText());
    String port = Integer.toString(asked == null ? door.usualPort : asked.port());
    return HTML.fill(name ->
        switch (name) {
          case "lang" -> japanese ? "ja" : "en";
          case "host" -> host;
          case "port" -> port;
          case "proxy" -> host + ":" + port;
          case "proxy-note" -> texts.getProperty(asked == null ? "proxy-unknown-note" : door.note);
          case "scheme" -> door.scheme;
          case "fingerprint" -> fingerprint(authorities.current());
          default -> texts.getProperty(name);
        });
  }

  /**
   * The address under which the client sees this port; null when it asked through the proxy by its
   * other name. What the parser took for a host has no character that means anything to a page or a
   * shell.
   */
  private static dev.sekisho.net.@Nullable Authority asked(RequestHead head) {
    return switch (head.target()) {
      case Target.OriginForm _ -> head.host();
      case Target.AbsoluteForm absolute ->
          absolute.authority().host().text().equals(Reading.OWN_NAME) ? null : absolute.authority();
      case Target.AsteriskForm _, Target.AuthorityForm _ -> null;
    };
  }

  /** With a place for a line to break in the middle. */
  private static String fingerprint(Authority authority) {
    String digest = Authority.fingerprint(authority.anchor());
    int half = (digest.length() + 1) / 2;
    return digest.substring(0, half) + "<wbr>" + digest.substring(half);
  }
}
