package dev.sekisho.data.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Netty's own HTTP/1.1 decoder, as an independent opinion on what a stream of bytes says. */
final class SecondReader {
  /** A message as the other reader understood it; broken when it gave up there. */
  record Message(
      String startLine, String fields, String content, String trailers, boolean broken) {}

  private SecondReader() {}

  static List<Message> requests(ByteBuf bytes) {
    return read(new HttpRequestDecoder(config()), bytes);
  }

  static List<Message> responses(ByteBuf bytes) {
    return read(new HttpResponseDecoder(config()), bytes);
  }

  private static HttpDecoderConfig config() {
    return new HttpDecoderConfig().setMaxInitialLineLength(70_000).setMaxHeaderSize(70_000);
  }

  private static List<Message> read(ChannelHandler decoder, ByteBuf bytes) {
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    channel.writeInbound(bytes.copy());
    channel.finish();
    List<Message> messages = new ArrayList<>();
    HttpMessage head = null;
    StringBuilder content = new StringBuilder();
    for (HttpObject part = channel.readInbound(); part != null; part = channel.readInbound()) {
      if (part instanceof HttpMessage next) {
        head = next;
        content.setLength(0);
      }
      boolean broken = part.decoderResult().isFailure();
      if (part instanceof HttpContent piece) {
        content.append(piece.content().toString(StandardCharsets.ISO_8859_1));
      }
      if (head != null && (broken || part instanceof LastHttpContent)) {
        String trailers = part instanceof LastHttpContent last ? lines(last.trailingHeaders()) : "";
        messages.add(
            new Message(
                startLine(head), lines(head.headers()), content.toString(), trailers, broken));
        head = null;
      }
      ReferenceCountUtil.release(part);
    }
    if (head != null) {
      messages.add(
          new Message(startLine(head), lines(head.headers()), content.toString(), "", true));
    }
    return messages;
  }

  private static String startLine(HttpMessage head) {
    return switch (head) {
      case HttpRequest request ->
          request.method() + " " + request.uri() + " " + request.protocolVersion();
      case HttpResponse response -> response.protocolVersion() + " " + response.status().code();
      default -> throw new AssertionError("neither request nor response");
    };
  }

  private static String lines(Iterable<Map.Entry<String, String>> fields) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, String> field : fields) {
      text.append(field.getKey()).append('=').append(field.getValue()).append('\n');
    }
    return text.toString();
  }
}
