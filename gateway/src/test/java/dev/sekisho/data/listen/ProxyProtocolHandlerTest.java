package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.net.IpAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProxyProtocolHandlerTest {
  private static final Duration TIMEOUT = Duration.ofHours(1);
  private static final byte[] SENDER = {10, 0, 0, 7};
  private static final String HEADER = "PROXY TCP4 192.0.2.1 10.0.0.9 5000 3128\r\n";

  private final List<Object> seen = new ArrayList<>();

  @Test
  void tellsWhoTheClientIsBeforeItsFirstByte() throws Exception {
    EmbeddedChannel channel = from(10, 0, 0, 7);
    channel.writeInbound(bytes(HEADER + "GET /"));
    assertThat(seen)
        .containsExactly(
            "active",
            new ClientAddress(
                IpAddress.parse("192.0.2.1"), 5000, ClientAddress.Source.PROXY_PROTOCOL),
            "GET /");
    assertThat(channel.pipeline().get(ProxyProtocolHandler.class)).isNull();
    channel.writeInbound(bytes(" HTTP/1.1"));
    assertThat(seen).endsWith(" HTTP/1.1");
    channel.advanceTimeBy(2, TimeUnit.HOURS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void readsAHeaderThatComesByteByByte() {
    EmbeddedChannel channel = from(10, 0, 0, 7);
    for (char c : (HEADER + "x").toCharArray()) {
      channel.writeInbound(bytes(String.valueOf(c)));
    }
    assertThat(seen).hasSize(3).endsWith("x");
  }

  @Test
  void letsGoOfEveryBuffer() {
    EmbeddedChannel channel = from(10, 0, 0, 7);
    ByteBuf first = bytes("PROXY TCP4 192.0.2.1 10.0");
    ByteBuf second = bytes(".0.9 5000 3128\r\n");
    channel.writeInbound(first);
    channel.writeInbound(second);
    assertThat(first.refCnt()).isZero();
    assertThat(second.refCnt()).isZero();
    EmbeddedChannel refused = from(10, 0, 0, 7);
    ByteBuf bad = bytes("GET / HTTP/1.1\r\n");
    refused.writeInbound(bad);
    assertThat(bad.refCnt()).isZero();
  }

  @Test
  void usesTheConnectionsOwnAddressForALocalHeader() {
    EmbeddedChannel channel = from(10, 0, 0, 7);
    channel.writeInbound(bytes("PROXY UNKNOWN\r\nGET /"));
    assertThat(seen)
        .containsExactly(
            "active",
            new ClientAddress(IpAddress.ofBytes(SENDER), 4711, ClientAddress.Source.CONNECTION),
            "GET /");
  }

  @Test
  void closesWhenASenderSendsNoHeader() {
    EmbeddedChannel channel = from(10, 0, 0, 7);
    channel.writeInbound(bytes("GET / HTTP/1.1\r\n"));
    assertThat(channel.isOpen()).isFalse();
    assertThat(seen).containsExactly("active", "inactive");
  }

  @Test
  void closesWhenTheHeaderDoesNotComeInTime() {
    EmbeddedChannel channel = from(10, 0, 0, 7);
    channel.writeInbound(bytes("PROXY TCP4 "));
    channel.advanceTimeBy(59, TimeUnit.MINUTES);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();
    channel.advanceTimeBy(1, TimeUnit.MINUTES);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void passesTheBytesOfEveryoneElseOnAsTheyAre() {
    EmbeddedChannel channel = from(10, 0, 0, 8);
    assertThat(channel.pipeline().get(ProxyProtocolHandler.class)).isNull();
    channel.writeInbound(bytes(HEADER));
    assertThat(seen)
        .containsExactly(
            "active",
            new ClientAddress(
                IpAddress.ofBytes(new byte[] {10, 0, 0, 8}), 4711, ClientAddress.Source.CONNECTION),
            HEADER);
  }

  @Test
  void asksForMoreItselfWhenAutoReadIsOff() {
    EmbeddedChannel channel = from(10, 0, 0, 7);
    channel.config().setAutoRead(false);
    channel.writeInbound(bytes("PROXY TCP4 "));
    channel.writeInbound(bytes("192.0.2.1 10.0.0.9 5000 3128\r\nrest"));
    assertThat(seen).endsWith("rest");
  }

  @Test
  void keepsBodiesThatCameWithALongHeaderWhole() {
    EmbeddedChannel channel = from(10, 0, 0, 7);
    String body = "b".repeat(20_000);
    channel.writeInbound(bytes("PROXY TCP4 192.0.2.1 10"));
    channel.writeInbound(bytes(".0.0.9 5000 3128\r\n" + body));
    assertThat(seen).endsWith(body);
  }

  private EmbeddedChannel from(int... address) {
    byte[] octets = new byte[4];
    for (int i = 0; i < 4; i++) {
      octets[i] = (byte) address[i];
    }
    IpAddress sender = IpAddress.ofBytes(SENDER);
    return new EmbeddedChannel(new ProxyProtocolHandler(sender::equals, TIMEOUT), new Witness()) {
      @Override
      protected SocketAddress remoteAddress0() {
        try {
          return new InetSocketAddress(InetAddress.getByAddress(octets), 4711);
        } catch (java.net.UnknownHostException e) {
          throw new AssertionError(e);
        }
      }
    };
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  private final class Witness extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      seen.add("active");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      seen.add("inactive");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      seen.add(bytes.toString(StandardCharsets.US_ASCII));
      bytes.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      seen.add(event);
    }
  }
}
