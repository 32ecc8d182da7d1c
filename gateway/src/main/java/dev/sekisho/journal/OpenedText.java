package dev.sekisho.journal;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How an exchange's opened record begins, as it was encoded: id and start, client and request. The
 * closed record says the same again, and need not encode it again. The facts the text was made of
 * are remembered with it, and it serves only while the record still has the same ones: policy may
 * have taken the URL away meanwhile. Not thread-safe.
 */
final class OpenedText {
  /** Longer ones are encoded again. */
  private static final int MOST = 1024;

  private static final byte[] CLOSED = "closed".getBytes(StandardCharsets.US_ASCII);

  private final byte[] bytes = new byte[MOST];
  private int headLength;
  private int length;

  private @Nullable Record of;
  private @Nullable RecordId parentId;
  private @Nullable String device;
  private @Nullable String user;
  private Set<String> groups = Set.of();
  private @Nullable String identifiedBy;
  private @Nullable String method;
  private @Nullable String url;
  private @Nullable String scheme;
  private @Nullable String host;
  private int port;
  private @Nullable String path;
  private @Nullable String hostField;
  private @Nullable String httpVersion;
  private @Nullable String userAgent;

  /**
   * Keeps what was encoded of a record, if it is not too long.
   *
   * @param from where the JSON begins
   * @param state where the word for the state stands
   * @param head where id, state and start end, and client and request begin
   * @param to where these end
   */
  void keep(Record record, byte[] encoded, int from, int state, int head, int to) {
    of = null;
    if (to - from > MOST) {
      return;
    }
    length = to - from;
    headLength = head - from;
    System.arraycopy(encoded, from, bytes, 0, length);
    System.arraycopy(CLOSED, 0, bytes, state - from, CLOSED.length);
    parentId = record.parentId;
    device = record.device;
    user = record.user;
    groups = record.groups;
    identifiedBy = record.identifiedBy;
    method = record.method;
    url = record.url;
    scheme = record.scheme;
    host = record.host;
    port = record.port;
    path = record.path;
    hostField = record.hostField;
    httpVersion = record.httpVersion;
    userAgent = record.userAgent;
    of = record;
  }

  /** Whether it says what an encoding of this record would say now. */
  @SuppressWarnings("ReferenceEquality") // another object is encoded again, which is never wrong
  boolean isOf(Record record) {
    return of == record
        && parentId == record.parentId
        && device == record.device
        && user == record.user
        && groups == record.groups
        && identifiedBy == record.identifiedBy
        && method == record.method
        && url == record.url
        && scheme == record.scheme
        && host == record.host
        && port == record.port
        && path == record.path
        && hostField == record.hostField
        && httpVersion == record.httpVersion
        && userAgent == record.userAgent;
  }

  /** Id, state "closed" and start. */
  void writeHead(JsonBytes json) {
    json.raw(bytes, 0, headLength);
  }

  /** Client and request. */
  void writeAsked(JsonBytes json) {
    json.raw(bytes, headLength, length);
  }

  /** Holds on to no record any more. */
  void forget() {
    of = null;
  }
}
