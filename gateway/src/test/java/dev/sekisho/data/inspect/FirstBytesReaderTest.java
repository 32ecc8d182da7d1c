package dev.sekisho.data.inspect;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.net.Host;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FirstBytesReaderTest {
  private static final int SERVER_NAME = 0;
  private static final int ALPN = 16;
  private static final int ENCRYPTED = 0xfe0d;

  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"JDK", "OPENSSL"})
  void readsTheHelloOfRealClients(SslProvider provider) throws Exception {
    byte[] hello = helloOf(provider, "www.example.com", List.of("h2", "http/1.1"));

    assertThat(whole(hello))
        .isEqualTo(
            new FirstBytes.Tls(
                new ClientHello(
                    Optional.of(Host.parse("www.example.com")),
                    List.of("h2", "http/1.1"),
                    ClientHello.Encrypted.ABSENT)));
  }

  @Test
  void readsAHelloWhateverItsRecordsAndPiecesAre() throws Exception {
    byte[] hello = helloOf(SslProvider.OPENSSL, "www.example.com", List.of("http/1.1"));
    FirstBytes expected = whole(hello);
    long seed = 20260101;
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      int record = round == 0 ? 1 : 1 + random.nextInt(400);
      byte[] fragmented = inRecordsOf(record, Arrays.copyOfRange(hello, 5, hello.length));
      assertThat(inPieces(fragmented, round < 2 ? 1 : 1 + random.nextInt(300)))
          .as("seed %d, round %d, records of %d", seed, round, record)
          .isEqualTo(expected);
    }
  }

  @Test
  void takesNothingOutOfTheBuffer() throws Exception {
    byte[] hello = helloOf(SslProvider.JDK, "www.example.com", List.of());
    ByteBuf in = Unpooled.wrappedBuffer(hello);

    new FirstBytesReader().read(in);

    assertThat(in.readableBytes()).isEqualTo(hello.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1", "PROPFIND /", "OPTIONS * HTTP/1.1", "X ", "\r\nGET / "})
  void knowsHttpByItsMethod(String start) {
    assertThat(whole(start.getBytes(US_ASCII))).isEqualTo(FirstBytes.HTTP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"G", "GET", "\r", "\r\n", "ABCDEFGHIJKLMNOPQRST"})
  void waitsForTheEndOfAMethod(String start) {
    assertThat(whole(start.getBytes(US_ASCII))).isEqualTo(FirstBytes.NEED_MORE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.2\r\n",
        "ABCDEFGHIJKLMNOPQRSTU",
        " GET /",
        "get / HTTP/1.1",
        "\r\n\r\n",
        "\rGET / "
      })
  void takesNothingElseForHttp(String start) {
    assertThat(whole(start.getBytes(US_ASCII))).isInstanceOf(FirstBytes.Other.class);
  }

  @Test
  void saysWhetherAnEncryptedHelloIsInside() {
    assertThat(
            hello(
                extension(SERVER_NAME, serverName("a.example")), extension(ENCRYPTED, new byte[9])))
        .isEqualTo(
            new FirstBytes.Tls(
                new ClientHello(
                    Optional.of(host("a.example")), List.of(), ClientHello.Encrypted.OFFERED)));
  }

  @Test
  void aHelloNeedsNoExtension() {
    assertThat(hello())
        .isEqualTo(
            new FirstBytes.Tls(
                new ClientHello(Optional.empty(), List.of(), ClientHello.Encrypted.ABSENT)));
  }

  @Test
  void namesAreComparedInOneSpelling() {
    assertThat(hello(extension(SERVER_NAME, serverName("WWW.Example.COM"))))
        .isEqualTo(
            new FirstBytes.Tls(
                new ClientHello(
                    Optional.of(host("www.example.com")),
                    List.of(),
                    ClientHello.Encrypted.ABSENT)));
  }

  @Test
  void aClientThatOffersHttp2AloneDoesNotSpeakHttp1() {
    assertThat(
            new ClientHello(Optional.empty(), List.of("h2"), ClientHello.Encrypted.ABSENT)
                .speaksHttp1())
        .isFalse();
    assertThat(
            new ClientHello(Optional.empty(), List.of(), ClientHello.Encrypted.ABSENT)
                .speaksHttp1())
        .isTrue();
  }

  static Stream<byte[]> broken() {
    return Stream.of(
        // A handshake that is no ClientHello.
        record(new byte[] {2, 0, 0, 1, 0}),
        // A record that is empty, and one that is too long.
        new byte[] {22, 3, 1, 0, 0},
        new byte[] {22, 3, 1, 0x40, 1},
        // A record of another major version, and an alert after the first record.
        new byte[] {22, 2, 0, 0, 1, 1},
        join(record(new byte[] {1, 0, 1, 0}), new byte[] {21, 3, 1, 0, 2, 1, 0}),
        // Too little in it, and too much behind it.
        message(new byte[10]),
        message(join(fixed(), new byte[] {0, 9, 1})),
        message(join(fixed(), new byte[] {0, 4, 0, 0, 0, 9})),
        // A hello of more than 64 KiB.
        record(new byte[] {1, 2, 0, 0}),
        message(join(fixed(), extensions(extension(ALPN, new byte[] {0, 0})))),
        message(join(fixed(), extensions(extension(ALPN, new byte[] {0, 2, 5, 'h'})))),
        message(join(fixed(), extensions(extension(SERVER_NAME, new byte[0])))),
        message(join(fixed(), extensions(extension(SERVER_NAME, serverName(""))))),
        message(join(fixed(), extensions(extension(SERVER_NAME, serverName("a b"))))),
        message(join(fixed(), extensions(extension(SERVER_NAME, serverName("a\u00e9.example"))))),
        message(
            join(
                fixed(),
                extensions(
                    extension(SERVER_NAME, serverName("a.example")),
                    extension(SERVER_NAME, serverName("b.example"))))));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void aHelloThatBreaksTheRulesIsMalformed(byte[] bytes) {
    assertThat(whole(bytes)).isInstanceOf(FirstBytes.Malformed.class);
  }

  @Test
  void aHelloThatNeverEndsIsGivenUp() {
    byte[] start = {1, 0, (byte) 0xff, (byte) 0xff};
    byte[] endless = inRecordsOf(1, join(start, new byte[20_000]));

    assertThat(inPieces(endless, 1460)).isInstanceOf(FirstBytes.Malformed.class);
  }

  @Test
  void noBytesMakeItThrow() {
    long seed = 7;
    Random random = new Random(seed);
    byte[] good =
        message(join(fixed(), extensions(extension(SERVER_NAME, serverName("a.example")))));
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = good.clone();
      for (int i = 0; i <= random.nextInt(4); i++) {
        bytes[5 + random.nextInt(bytes.length - 5)] = (byte) random.nextInt();
      }
      assertThat(whole(bytes)).as("seed %d, round %d", seed, round).isNotNull();
    }
  }

  private static FirstBytes whole(byte[] bytes) {
    return new FirstBytesReader().read(Unpooled.wrappedBuffer(bytes));
  }

  private static FirstBytes inPieces(byte[] bytes, int size) {
    FirstBytesReader reader = new FirstBytesReader();
    ByteBuf in = Unpooled.buffer(bytes.length);
    FirstBytes last = FirstBytes.NEED_MORE;
    for (int at = 0; at < bytes.length && last == FirstBytes.NEED_MORE; at += size) {
      in.writeBytes(bytes, at, Math.min(size, bytes.length - at));
      last = reader.read(in);
    }
    return last;
  }

  private static FirstBytes hello(byte[]... extensions) {
    return whole(message(extensions.length == 0 ? fixed() : join(fixed(), extensions(extensions))));
  }

  /** Version, random, an empty session, one cipher suite, one compression. */
  private static byte[] fixed() {
    byte[] fixed = new byte[2 + 32 + 1 + 4 + 2];
    fixed[0] = 3;
    fixed[1] = 3;
    fixed[36] = 2;
    fixed[37] = 0x13;
    fixed[38] = 1;
    fixed[39] = 1;
    return fixed;
  }

  private static byte[] message(byte[] body) {
    return record(
        join(
            new byte[] {
              1, (byte) (body.length >> 16), (byte) (body.length >> 8), (byte) body.length
            },
            body));
  }

  private static byte[] record(byte[] content) {
    return join(
        new byte[] {22, 3, 1, (byte) (content.length >> 8), (byte) content.length}, content);
  }

  private static byte[] inRecordsOf(int size, byte[] message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int at = 0; at < message.length; at += size) {
      out.writeBytes(record(Arrays.copyOfRange(message, at, Math.min(at + size, message.length))));
    }
    return out.toByteArray();
  }

  private static byte[] extensions(byte[]... all) {
    return lengthThen(join(all));
  }

  private static byte[] extension(int type, byte[] content) {
    return join(new byte[] {(byte) (type >> 8), (byte) type}, lengthThen(content));
  }

  private static byte[] serverName(String name) {
    return lengthThen(
        join(
            new byte[] {0},
            lengthThen(name.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1))));
  }

  private static byte[] lengthThen(byte[] content) {
    return join(new byte[] {(byte) (content.length >> 8), (byte) content.length}, content);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static Host host(String name) {
    try {
      return Host.parse(name);
    } catch (dev.sekisho.net.MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] helloOf(SslProvider provider, String name, List<String> protocols)
      throws Exception {
    SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(provider);
    if (!protocols.isEmpty()) {
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              ApplicationProtocolConfig.Protocol.ALPN,
              ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
              ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
              protocols));
    }
    SSLEngine engine = builder.build().newEngine(ByteBufAllocator.DEFAULT, name, 443);
    engine.beginHandshake();
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), out);
    return Arrays.copyOf(out.array(), out.position());
  }
}
