package dev.sekisho.data.listen;

import dev.sekisho.data.http1.BodyFraming;
import dev.sekisho.data.http1.FieldName;
import dev.sekisho.data.http1.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * What the gateway answers when it is asked itself: on the proxy port in origin form, or through
 * the proxy as {@code http://sekisho/}.
 */
final class OwnPage {
  private static final byte[] ENGLISH =
      page(
          "en",
          "This is Sekisho, the gateway to the internet",
          "Set this address as the HTTP proxy of your program or browser, for http and for https."
              + " Requests are decided by the policy of this network's owner, and every one is written"
              + " down: who, when and where to.");
  private static final byte[] JAPANESE =
      page(
          "ja",
          "インターネットへのゲートウェイ「関所」です",
          "このアドレスを、お使いのプログラムやブラウザの HTTP プロキシ（http と https の両方）に設定してください。"
              + "要求はネットワーク管理者のポリシーに従って判定され、誰が・いつ・どこへ接続したかがすべて記録されます。");
  private static final byte[] NOTHING =
      "There is no such page here. To reach the internet, set this address as an HTTP proxy.\n"
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] READ_ONLY =
      "Only GET and HEAD are answered here.\n".getBytes(StandardCharsets.UTF_8);

  private OwnPage() {}

  /** Whether the connection can go on after the answer. */
  static Afterwards afterwards(RequestHead head) {
    return Afterwards.of(head.keepAlive() && head.framing() instanceof BodyFraming.None);
  }

  static ByteBuf render(
      String path, RequestHead head, InspectionMeans inspection, ByteBufAllocator allocator) {
    Afterwards then = afterwards(head);
    String method = head.method();
    if (method.equals("OPTIONS")) {
      return Answer.options(then, allocator);
    }
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return Answer.page(405, "text/plain; charset=utf-8", READ_ONLY, method, then, allocator);
    }
    return switch (path) {
      case "/" -> {
        boolean japanese =
            RefusalPage.prefersJapanese(head.fields().first(FieldName.ACCEPT_LANGUAGE));
        yield Answer.page(
            200,
            "text/html; charset=utf-8",
            japanese ? JAPANESE : ENGLISH,
            method,
            then,
            allocator);
      }
      case "/ca.pem" ->
          Answer.page(
              200,
              "application/x-pem-file",
              inspection
                  .authorities()
                  .get()
                  .published()
                  .getBytes(StandardCharsets.US_ASCII),
              method,
              then,
              allocator);
      case "/ca.crt" ->
          Answer.page(
              200,
              "application/x-x509-ca-cert",
              inspection.authorities().get().publishedDer(),
              method,
              then,
              allocator);
      default -> Answer.page(404, "text/plain; charset=utf-8", NOTHING, method, then, allocator);
    };
  }

  private static byte[] page(String language, String title, String text) {
    return ("<!doctype html><html lang=\""
            + language
            + "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
            + " content=\"width=device-width\"><title>"
            + title
            + "</title><style>:root{color-scheme:light dark}"
            + "body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1.5rem}"
            + "</style></head><body><h1>"
            + title
            + "</h1><p>"
            + text
            + "</p></body></html>\n")
        .getBytes(StandardCharsets.UTF_8);
  }
}
