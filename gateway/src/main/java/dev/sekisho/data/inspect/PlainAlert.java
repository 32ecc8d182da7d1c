package dev.sekisho.data.inspect;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Watches for an alert that a client sends in plain text in the middle of a handshake (RFC 8446
 * §6). In TLS 1.3 a client that has not switched to its handshake keys yet does so when it refuses
 * the certificate, and BoringSSL, which expects an encrypted record by then, does not tell which
 * alert it was. Other clients say nothing at all and close, or take leave politely (close_notify),
 * as GnuTLS does; that is watched, too. Stands before the TLS handler and passes everything on as
 * it came.
 */
public final class PlainAlert extends ChannelInboundHandlerAdapter {
  private static final int CHANGE_CIPHER_SPEC = 20;
  private static final int ALERT = 21;
  private static final int HANDSHAKE = 22;
  private static final int ENCRYPTED = 23;

  /** The type of the message that begins a record of a handshake (RFC 8446 §4). */
  private static final int CLIENT_HELLO = 1;

  /** Two bytes, the type of what is encrypted, and the tag of every cipher suite but CCM_8. */
  private static final int ENCRYPTED_ALERT = 2 + 1 + 16;

  private static final int HEADER = 5;
  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(0, "close_notify"),
          Map.entry(10, "unexpected_message"),
          Map.entry(20, "bad_record_mac"),
          Map.entry(40, "handshake_failure"),
          Map.entry(42, "bad_certificate"),
          Map.entry(43, "unsupported_certificate"),
          Map.entry(44, "certificate_revoked"),
          Map.entry(45, "certificate_expired"),
          Map.entry(46, "certificate_unknown"),
          Map.entry(47, "illegal_parameter"),
          Map.entry(48, "unknown_ca"),
          Map.entry(49, "access_denied"),
          Map.entry(50, "decode_error"),
          Map.entry(51, "decrypt_error"),
          Map.entry(70, "protocol_version"),
          Map.entry(71, "insufficient_security"),
          Map.entry(80, "internal_error"),
          Map.entry(90, "user_canceled"),
          Map.entry(112, "unrecognized_name"),
          Map.entry(120, "no_application_protocol"));

  /** Of the record that is being read: its bytes so far, up to what an alert has. */
  private final byte[] start = new byte[HEADER + 2];

  private int read;
  private Optional<String> name = Optional.empty();
  private Answered answered = Answered.NOTHING;

  /** What a client said since it was shown the certificate. */
  public enum Answered {
    /**
     * Nothing that means anything: a change_cipher_spec only pleases middleboxes (§D.4), and before
     * a second ClientHello no certificate was shown (§4.1.4).
     */
    NOTHING,
    /** An alert, plain, or encrypted and so of no other size. */
    ALERT,
    SOMETHING
  }

  /** The alert that came; empty when none did. */
  public Optional<String> name() {
    return name;
  }

  public Answered answered() {
    return answered;
  }

  /** The ClientHello has passed: what comes now is said to the certificate. */
  public void shown() {
    answered = Answered.NOTHING;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      look(bytes);
    }
    ctx.fireChannelRead(message);
  }

  private void look(ByteBuf bytes) {
    int at = bytes.readerIndex();
    while (at < bytes.writerIndex()) {
      if (read < start.length) {
        start[read] = bytes.getByte(at);
      }
      read++;
      at++;
      if (read == HEADER + 1) {
        recordBegun();
      }
      if (read == start.length && start[0] == ALERT && size() == 2) {
        int description = start[HEADER + 1] & 0xff;
        name =
            Optional.of(
                NAMES.getOrDefault(description, String.format(Locale.ROOT, "%d", description)));
      }
      if (read >= HEADER) {
        int skip = Math.min(HEADER + size() - read, bytes.writerIndex() - at);
        if (read >= start.length && skip > 0) {
          read += skip;
          at += skip;
        }
        read = read >= HEADER + size() ? 0 : read;
      }
    }
  }

  private void recordBegun() {
    boolean hello = start[0] == HANDSHAKE && start[HEADER] == CLIENT_HELLO;
    boolean alert = start[0] == ALERT || start[0] == ENCRYPTED && size() == ENCRYPTED_ALERT;
    if (alert && answered == Answered.NOTHING) {
      answered = Answered.ALERT;
    } else if (!(hello && answered == Answered.NOTHING)
        && !alert
        && start[0] != CHANGE_CIPHER_SPEC) {
      answered = Answered.SOMETHING;
    }
  }

  private int size() {
    return (start[3] & 0xff) << 8 | start[4] & 0xff;
  }
}
