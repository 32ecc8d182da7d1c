package dev.sekisho.journal;

import static dev.sekisho.journal.SegmentFormat.ENTRY_HEADER;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Turns a record into an entry of a segment, in an array that is used again and again. The limits
 * below are what makes the size of an entry bounded: a whole one is below {@link
 * SegmentFormat#MOST_ENTRY}, a terse one, which ends an exchange when the disk is full, within
 * {@link #TERSE_ENTRY}. Not thread-safe.
 */
final class RecordEncoder {
  /** Greatest terse entry: what is reserved for the end of each opened record. */
  static final int TERSE_ENTRY = 4096;

  /** Greatest sizes, in bytes of JSON, of: URL; path; long texts; lists; other texts. */
  private record Limits(int url, int path, int sentence, int list, int word) {}

  private static final Limits WHOLE = new Limits(16 << 10, 16 << 10, 1024, 2048, 300);
  private static final Limits TERSE = new Limits(800, 0, 64, 0, 56);

  private final JsonBytes json = new JsonBytes(new byte[SegmentFormat.MOST_ENTRY]);
  private final IsoTime startTime = new IsoTime();
  private final IsoTime endTime = new IsoTime();
  private final CRC32C crc = new CRC32C();
  private final Masking masking;
  private final JournalConfig.Detail detail;

  // Of the record that was encoded last: where its state stands, where what comes before the end of
  // the exchange stops, and where client and request stop.
  private int stateAt;
  private int headEnd;
  private int askedEnd;

  RecordEncoder(Masking masking, JournalConfig.Detail detail) {
    this.masking = masking;
    this.detail = detail;
  }

  byte[] bytes() {
    return json.bytes();
  }

  /** The record with everything it says. Returns the length of the entry. */
  int whole(Record record, SegmentFormat.Type type) {
    return encode(record, type, WHOLE);
  }

  /** The record cut to what is reserved for its end. Returns the length of the entry. */
  int terse(Record record, SegmentFormat.Type type) {
    return encode(record, type, TERSE);
  }

  /** A whole opened record, of which the text keeps what the closed one will say again. */
  int opened(Record record, OpenedText text) {
    int length = whole(record, SegmentFormat.Type.OPENED);
    if (record.endMicros < 0 && record.durationMicros < 0) {
      text.keep(record, json.bytes(), ENTRY_HEADER, stateAt, headEnd, askedEnd);
    }
    return length;
  }

  /** The whole closed record, byte for byte, of one of which this text was kept. */
  int closed(Record record, OpenedText text) {
    json.begin(ENTRY_HEADER);
    text.writeHead(json);
    ended(record);
    text.writeAsked(json);
    learnt(record, WHOLE);
    return finish(SegmentFormat.Type.CLOSED);
  }

  /** Fills in number and CRC of the entry that was encoded last. */
  void seal(int length, int number) {
    byte[] bytes = json.bytes();
    putInt(bytes, 8, number);
    crc.reset();
    crc.update(bytes, 4, length - 4);
    putInt(bytes, 0, (int) crc.getValue());
  }

  private int encode(Record record, SegmentFormat.Type type, Limits limits) {
    json.begin(ENTRY_HEADER);
    json.raw(Name.BEGIN);
    json.id(record.id);
    id(Name.PARENT_ID, record.parentId);
    json.raw(Name.STATE);
    stateAt = json.length();
    json.raw(type == SegmentFormat.Type.OPENED ? Name.OPENED : Name.CLOSED);
    json.raw(Name.START);
    json.time(record.startMicros, startTime);
    headEnd = json.length();
    ended(record);
    client(record, limits);
    request(record, limits);
    askedEnd = json.length();
    learnt(record, limits);
    return finish(type);
  }

  private void ended(Record record) {
    if (record.endMicros >= 0) {
      json.raw(Name.END);
      json.time(record.endMicros, endTime);
    }
    number(Name.DURATION_US, record.durationMicros);
  }

  /** What the exchange learns on its way, so that it may be other than when it was opened. */
  private void learnt(Record record, Limits limits) {
    text(Name.ORIGIN_IP, record.originIp, limits.word);
    text(Name.SNI, record.sni, limits.word);
    decision(record, limits);
    response(record, limits);
    way(record, limits);
    number(Name.REPEATS, record.repeats);
  }

  private int finish(SegmentFormat.Type type) {
    json.raw('}');
    int length = json.length();
    byte[] bytes = json.bytes();
    putInt(bytes, 4, length - ENTRY_HEADER);
    putInt(bytes, 12, type.code());
    return length;
  }

  private void client(Record record, Limits limits) {
    text(Name.LISTENER, record.listener, limits.word);
    json.raw(Name.MODES[record.mode.ordinal()]);
    text(Name.CLIENT_IP, record.clientIp, limits.word);
    number(Name.CLIENT_PORT, record.clientPort);
    text(Name.DEVICE, record.device, limits.word);
    text(Name.USER, record.user, limits.word);
    texts(Name.GROUPS, record.groups, limits.list);
    text(Name.IDENTIFIED_BY, record.identifiedBy, limits.word);
  }

  private void request(Record record, Limits limits) {
    text(Name.METHOD, record.method, limits.word);
    if (detail == JournalConfig.Detail.URL) {
      secret(Name.URL, record.url, limits.url);
    }
    text(Name.SCHEME, record.scheme, limits.word);
    text(Name.HOST, record.host, limits.word);
    number(Name.PORT, record.port);
    if (detail == JournalConfig.Detail.URL && limits.path > 0) {
      secret(Name.PATH, record.path, limits.path);
    }
    secret(Name.HOST_FIELD, record.hostField, limits.word);
    text(Name.HTTP_VERSION, record.httpVersion, limits.word);
    secret(Name.USER_AGENT, record.userAgent, limits.sentence);
  }

  private void decision(Record record, Limits limits) {
    if (record.decision != null) {
      json.raw(Name.DECISIONS[record.decision.ordinal()]);
    }
    text(Name.RULE, record.rule, limits.word);
    secret(Name.REASON, record.reason, limits.sentence);
    text(Name.PHASE, record.phase, limits.word);
    texts(Name.CATEGORIES, record.categories, limits.list);
    text(Name.INSPECTED_BECAUSE, record.inspectedBecause, limits.word);
    texts(Name.OBSERVED, record.observed, limits.list);
  }

  private void response(Record record, Limits limits) {
    number(Name.STATUS, record.status);
    number(Name.BYTES_UP, record.bytesUp);
    number(Name.BYTES_DOWN, record.bytesDown);
    text(Name.CONTENT_TYPE, record.contentType, limits.word);
    text(Name.SHA256, record.sha256, 64);
    if (record.fate != null) {
      json.raw(Name.FATES[record.fate.ordinal()]);
    }
    text(Name.VERDICT_ENGINE, record.verdictEngine, limits.word);
    text(Name.VERDICT_NAME, record.verdictName, limits.word);
    secret(Name.VERDICT_REASON, record.verdictReason, limits.sentence);
  }

  private void way(Record record, Limits limits) {
    text(Name.ROUTE, record.route, limits.word);
    text(Name.PARENT, record.parent, limits.word);
    text(Name.SOURCE_IP, record.sourceIp, limits.word);
    text(Name.TLS_ORIGIN_VERSION, record.tlsOriginVersion, limits.word);
    text(Name.TLS_ORIGIN_CIPHER, record.tlsOriginCipher, limits.word);
    text(Name.ERROR_SIDE, record.errorSide, limits.word);
    text(Name.ERROR_KIND, record.errorKind, limits.word);
    secret(Name.ERROR_DETAIL, record.errorDetail, limits.sentence);
  }

  private void id(byte[] name, @Nullable RecordId id) {
    if (id != null) {
      json.raw(name);
      json.id(id);
    }
  }

  private void number(byte[] name, long value) {
    if (value >= 0) {
      json.raw(name);
      json.number(value);
    }
  }

  private void text(byte[] name, @Nullable String value, int limit) {
    if (value != null) {
      json.raw(name);
      json.text(value, limit);
    }
  }

  private void secret(byte[] name, @Nullable String value, int limit) {
    if (value != null) {
      json.raw(name);
      json.text(masking.mask(within(value, limit)), limit);
    }
  }

  /** No more is looked at than could be written, with room for what masking shortens. */
  private static String within(String value, int limit) {
    int most = 4 * limit + 1024;
    return value.length() <= most ? value : value.substring(0, most);
  }

  private void texts(byte[] name, Collection<String> values, int limit) {
    if (!values.isEmpty() && limit > 0) {
      json.raw(name);
      json.texts(values, limit);
    }
  }

  private static void putInt(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
    bytes[at + 1] = (byte) (value >> 8);
    bytes[at + 2] = (byte) (value >> 16);
    bytes[at + 3] = (byte) (value >> 24);
  }

  /** The parts of the JSON that are the same in every record. */
  private static final class Name {
    static final byte[] BEGIN = ascii("{\"v\":1,\"id\":");
    static final byte[] PARENT_ID = name("parent_id");
    static final byte[] STATE = ascii(",\"state\":\"");
    static final byte[] OPENED = ascii("opened\"");
    static final byte[] CLOSED = ascii("closed\"");
    static final byte[] START = name("start");
    static final byte[] END = name("end");
    static final byte[] DURATION_US = name("duration_us");
    static final byte[] LISTENER = name("listener");
    static final byte[][] MODES = words("mode", Record.Mode.values());
    static final byte[] CLIENT_IP = name("client_ip");
    static final byte[] CLIENT_PORT = name("client_port");
    static final byte[] DEVICE = name("device");
    static final byte[] USER = name("user");
    static final byte[] GROUPS = name("groups");
    static final byte[] IDENTIFIED_BY = name("identified_by");
    static final byte[] METHOD = name("method");
    static final byte[] URL = name("url");
    static final byte[] SCHEME = name("scheme");
    static final byte[] HOST = name("host");
    static final byte[] PORT = name("port");
    static final byte[] PATH = name("path");
    static final byte[] ORIGIN_IP = name("origin_ip");
    static final byte[] SNI = name("sni");
    static final byte[] HOST_FIELD = name("host_field");
    static final byte[] HTTP_VERSION = name("http_version");
    static final byte[] USER_AGENT = name("user_agent");
    static final byte[][] DECISIONS = words("decision", Record.Decided.values());
    static final byte[] RULE = name("rule");
    static final byte[] REASON = name("reason");
    static final byte[] PHASE = name("phase");
    static final byte[] CATEGORIES = name("categories");
    static final byte[] INSPECTED_BECAUSE = name("inspected_because");
    static final byte[] OBSERVED = name("observed");
    static final byte[] STATUS = name("status");
    static final byte[] BYTES_UP = name("bytes_up");
    static final byte[] BYTES_DOWN = name("bytes_down");
    static final byte[] CONTENT_TYPE = name("content_type");
    static final byte[] SHA256 = name("sha256");
    static final byte[][] FATES = words("fate", Record.Fate.values());
    static final byte[] VERDICT_ENGINE = name("verdict_engine");
    static final byte[] VERDICT_NAME = name("verdict_name");
    static final byte[] VERDICT_REASON = name("verdict_reason");
    static final byte[] ROUTE = name("route");
    static final byte[] PARENT = name("parent");
    static final byte[] SOURCE_IP = name("source_ip");
    static final byte[] TLS_ORIGIN_VERSION = name("tls_origin_version");
    static final byte[] TLS_ORIGIN_CIPHER = name("tls_origin_cipher");
    static final byte[] ERROR_SIDE = name("error_side");
    static final byte[] ERROR_KIND = name("error_kind");
    static final byte[] ERROR_DETAIL = name("error_detail");
    static final byte[] REPEATS = name("repeats");

    private static byte[] name(String name) {
      return ascii(",\"" + name + "\":");
    }

    private static byte[][] words(String name, Enum<?>[] constants) {
      byte[][] result = new byte[constants.length][];
      for (Enum<?> constant : constants) {
        result[constant.ordinal()] =
            ascii(",\"" + name + "\":\"" + constant.name().toLowerCase(Locale.ROOT) + "\"");
      }
      return result;
    }

    private static byte[] ascii(String text) {
      return text.getBytes(StandardCharsets.US_ASCII);
    }
  }
}
