package dev.sekisho.data.http1;

import io.netty.buffer.ByteBuf;

/**
 * Writes a head of our own: a refusal, the answer to CONNECT, a request to a parent. Whatever the
 * text of a value is, it cannot end its line: characters other than visible ASCII, space and tab
 * are written as {@code ?}.
 */
public final class HeadBuilder {
  private static final String VERSION = "HTTP/1.1";

  private final ByteBuf out;

  private HeadBuilder(ByteBuf out) {
    this.out = out;
  }

  /** Begins a response in {@code out}, which stays the caller's. */
  public static HeadBuilder response(int status, String reason, ByteBuf out) {
    if (status < 100 || status > 999) {
      throw new IllegalArgumentException("a status has three digits, not " + status);
    }
    return new HeadBuilder(out)
        .text(VERSION)
        .text(" ")
        .text(Integer.toString(status))
        .text(" ")
        .text(reason)
        .endLine();
  }

  /** Begins a request in {@code out}, which stays the caller's. */
  public static HeadBuilder request(String method, String target, ByteBuf out) {
    if (method.indexOf(' ') >= 0 || target.indexOf(' ') >= 0) {
      throw new IllegalArgumentException("a space in a method or a target");
    }
    return new HeadBuilder(out)
        .text(method)
        .text(" ")
        .text(target)
        .text(" ")
        .text(VERSION)
        .endLine();
  }

  /**
   * @param name a token
   */
  public HeadBuilder field(String name, String value) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) > 0x7e || !Grammar.token((byte) name.charAt(i))) {
        throw new IllegalArgumentException("no field name: " + name);
      }
    }
    return text(name).text(": ").text(value).endLine();
  }

  public HeadBuilder field(String name, long value) {
    return field(name, Long.toString(value));
  }

  /** Ends the head with its empty line. */
  public void end() {
    endLine();
  }

  private HeadBuilder text(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.writeByte((c >= 0x20 && c <= 0x7e) || c == '\t' ? c : '?');
    }
    return this;
  }

  private HeadBuilder endLine() {
    out.writeByte(Grammar.CR);
    out.writeByte(Grammar.LF);
    return this;
  }
}
