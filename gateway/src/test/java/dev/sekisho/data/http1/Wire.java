package dev.sekisho.data.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * Byte literals in, what was understood out, as text that can be compared; and the same bytes cut
 * into pieces in every way.
 */
final class Wire {
  private Wire() {}

  static ByteBuf buffer(String bytes) {
    return Unpooled.buffer(Math.max(1, bytes.length()))
        .writeBytes(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  static ParsedRequest request(String bytes) {
    return new RequestParser(HeadLimits.DEFAULT, 80).parse(buffer(bytes));
  }

  static RequestHead goodRequest(String bytes) {
    ParsedRequest parsed = request(bytes);
    assertThat(parsed).as(() -> describe(parsed)).isInstanceOf(RequestHead.class);
    return (RequestHead) parsed;
  }

  static ParsedResponse response(String method, String bytes) {
    return new ResponseParser(HeadLimits.DEFAULT).parse(buffer(bytes), method);
  }

  static ResponseHead goodResponse(String method, String bytes) {
    ParsedResponse parsed = response(method, bytes);
    assertThat(parsed).as(() -> describe(parsed)).isInstanceOf(ResponseHead.class);
    return (ResponseHead) parsed;
  }

  static String written(java.util.function.Consumer<ByteBuf> writer) {
    ByteBuf out = Unpooled.buffer();
    writer.accept(out);
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  static String describe(ParsedRequest parsed) {
    return switch (parsed) {
      case NeedMore _ -> "need more";
      case Bad bad -> bad.failure().toString();
      case RequestHead head ->
          head.method()
              + " "
              + head.writtenTarget()
              + " "
              + head.target()
              + " "
              + head.pathAndQuery()
              + " "
              + head.minorVersion()
              + " "
              + head.framing()
              + " "
              + head.host()
              + " "
              + head.hostDisagrees()
              + " "
              + head.keepAlive()
              + "\n"
              + describe(head.fields());
    };
  }

  static String describe(ParsedResponse parsed) {
    return switch (parsed) {
      case NeedMore _ -> "need more";
      case Bad bad -> bad.failure().toString();
      case ResponseHead head ->
          head.status()
              + " "
              + head.reason()
              + " "
              + head.minorVersion()
              + " "
              + head.framing()
              + " "
              + head.keepAlive()
              + "\n"
              + describe(head.fields());
    };
  }

  static String describe(Fields fields) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < fields.count(); i++) {
      text.append(fields.name(i)).append('=').append(fields.value(i)).append('\n');
    }
    return text.toString();
  }

  /**
   * Asserts that the bytes mean the same whole, cut once at every place, and one byte at a time.
   */
  static void sameHoweverCut(String bytes, Function<ByteBuf, Function<Integer, String>> reader) {
    String whole = fed(bytes, bytes.length(), bytes.length(), reader);
    int step = Math.max(1, bytes.length() / 300);
    for (int cut = 1; cut < bytes.length(); cut += step) {
      assertThat(fed(bytes, cut, bytes.length() - cut, reader))
          .as("cut at %d", cut)
          .isEqualTo(whole);
    }
    assertThat(fed(bytes, 1, 1, reader)).as("one byte at a time").isEqualTo(whole);
  }

  private static String fed(
      String text, int first, int then, Function<ByteBuf, Function<Integer, String>> reader) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuf in = Unpooled.buffer(bytes.length);
    Function<Integer, String> step = reader.apply(in);
    int at = 0;
    String said = "need more";
    while (at < bytes.length && said.equals("need more")) {
      int size = Math.min(at == 0 ? first : then, bytes.length - at);
      in.writeBytes(bytes, at, size);
      at += size;
      said = step.apply(at);
    }
    return said;
  }

  static Function<ByteBuf, Function<Integer, String>> requests() {
    return in -> {
      RequestParser parser = new RequestParser(HeadLimits.DEFAULT, 80);
      return _ -> describe(parser.parse(in));
    };
  }

  static Function<ByteBuf, Function<Integer, String>> responses(String method) {
    return in -> {
      ResponseParser parser = new ResponseParser(HeadLimits.DEFAULT);
      return _ -> describe(parser.parse(in, method));
    };
  }
}
