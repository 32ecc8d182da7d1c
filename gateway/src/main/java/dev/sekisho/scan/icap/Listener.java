package dev.sekisho.scan.icap;

import java.io.IOException;
import java.util.Optional;

/** Reads what a server says to one request. */
interface Listener {
  /**
   * @throws IcapFault when it is not what a server may say
   */
  Answered listen(IcapInput in, Sending sending) throws IOException;

  /** What becomes of the connection. */
  enum After {
    KEEP,
    /** The server wants it to be closed. */
    CLOSE,
    /** Something of the answer was not read. */
    LEFT
  }

  /**
   * @param head ICAP's own
   * @param answer none to OPTIONS
   */
  record Answered(Head head, Optional<IcapAnswer> answer, After after) {
    /**
     * @param left whether something of the answer was not read
     */
    static Answered of(Head head, Optional<IcapAnswer> answer, boolean left) {
      boolean closes = head.elements("Connection").stream().anyMatch("close"::equalsIgnoreCase);
      After after = closes ? After.CLOSE : After.KEEP;
      return new Answered(head, answer, left ? After.LEFT : after);
    }
  }

  /** To OPTIONS, whose body, if there is one, says nothing that we know. */
  static Listener forOptions() {
    return (in, _) -> {
      Head head = in.head();
      if (AnswerReader.status(head) != 200) {
        throw IcapFault.down("it answered '" + head.line() + "' to OPTIONS");
      }
      boolean body =
          !head.all("Encapsulated").isEmpty()
              && Encapsulated.parse(head).body() != Encapsulated.Body.NONE;
      return Answered.of(head, Optional.empty(), body);
    };
  }

  /**
   * To OPTIONS between two bodies: only what cannot be the answer to a body. Methods is in each
   * answer to OPTIONS and in no other (RFC 3507 section 4.10.2).
   */
  static Listener forFence() {
    return (in, sending) -> {
      Answered answered = forOptions().listen(in, sending);
      boolean message =
          !answered.head().all("Encapsulated").isEmpty()
              && Encapsulated.parse(answered.head()).head().isPresent();
      if (message || answered.head().elements("Methods").isEmpty()) {
        throw IcapFault.down("it said more than one answer");
      }
      return answered;
    };
  }
}
