package dev.sekisho.scan.icap;

import java.util.List;

/** What became of one message that was given to a service. */
public sealed interface IcapAnswer {
  /**
   * It may go on as it is (204).
   *
   * @param fields of the server's own head
   */
  record Unmodified(List<Field> fields) implements IcapAnswer {}

  /**
   * Another message shall go on in its place, or the same with a changed head (200, 206).
   *
   * @param fields of the server's own head
   * @param head of the message
   */
  record Modified(List<Field> fields, Kind kind, Head head, AnsweredBody body, Seen seen)
      implements IcapAnswer {}

  /** The server does not want to see files of this kind (Transfer-Ignore). */
  record Ignored(String extension) implements IcapAnswer {}

  /**
   * There is no answer, or none that can be believed.
   *
   * @param detail a clause about the server, such as {@code it closed the connection}
   */
  record Failed(Failure failure, String detail) implements IcapAnswer {}

  /** What an encapsulated message is. */
  enum Kind {
    REQUEST,
    RESPONSE
  }

  /** How much of the body had been sent when the answer was complete. */
  enum Seen {
    /** All of it, or the preview, and the server wanted no more. */
    ENOUGH,
    /** The server answered in the middle. */
    PART
  }

  /** Why there is no answer. */
  enum Failure {
    /** It cannot be reached, or what it says is not ICAP. */
    DOWN,
    /** The deadline passed. */
    TIMEOUT,
    /** Too many wait for it already. */
    BUSY
  }
}
