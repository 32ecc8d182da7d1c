package dev.sekisho.data.http1;

/** What {@link BodyReader#read} found. */
public sealed interface BodyPart permits BodyPart.Content, BodyPart.End, NeedMore, Bad {
  /**
   * The next {@code bytes} readable bytes of the input are content. The caller takes exactly these
   * out of the input (slices, copies or skips them) before it asks again; nothing was retained.
   *
   * @param bytes at least 1
   */
  record Content(int bytes) implements BodyPart {}

  /**
   * The message is over; what is left in the input belongs to the next one.
   *
   * @param trailers those that may be passed on (RFC 9110 §6.5.1); empty unless the body was
   *     chunked
   */
  record End(Fields trailers) implements BodyPart {
    static final End PLAIN = new End(Fields.NONE);
  }
}
