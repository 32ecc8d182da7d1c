package dev.sekisho.journal;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The journal's entry for one exchange while it is being written down. The exchange fills it phase
 * by phase and hands it over twice: opened, before the first byte goes to the origin, and closed,
 * at its end. Absent facts stay null (numbers: -1) and are absent in the JSON. Field names in JSON
 * are these in snake case (docs/journal.md). A list or set that was put into it is not changed any
 * more. Not thread-safe.
 */
public final class Record {
  public enum Mode {
    PLAIN,
    CONNECT,
    INSPECTED,
    TRANSPARENT,
    FLOW
  }

  public enum Decided {
    ALLOW,
    DENY,
    ASK
  }

  public enum Fate {
    CLEAN,
    INFECTED,
    UNSCANNED,
    NONE
  }

  public final RecordId id;

  /** Microseconds since 1970, UTC. */
  public final long startMicros;

  public final String listener;
  public final Mode mode;
  public final String clientIp;
  public final int clientPort;

  public @Nullable RecordId parentId;
  public long endMicros = -1;
  public long durationMicros = -1;
  public @Nullable String device;
  public @Nullable String user;
  public Set<String> groups = Set.of();
  public @Nullable String identifiedBy;
  public @Nullable String method;

  /** The whole URL as the client wrote it; the journal masks it before writing. */
  public @Nullable String url;

  public @Nullable String scheme;
  public @Nullable String host;
  public int port = -1;
  public @Nullable String path;

  /**
   * What the Host field said, where it named another host than the target did; the target was
   * heeded.
   */
  public @Nullable String hostField;

  public @Nullable String originIp;
  public @Nullable String sni;
  public @Nullable String httpVersion;
  public @Nullable String userAgent;
  public @Nullable Decided decision;
  public @Nullable String rule;
  public @Nullable String reason;
  public @Nullable String phase;
  public List<String> categories = List.of();
  public @Nullable String inspectedBecause;
  public List<String> observed = List.of();
  public int status = -1;
  public long bytesUp = -1;
  public long bytesDown = -1;
  public @Nullable String contentType;
  public @Nullable String sha256;
  public @Nullable Fate fate;
  public @Nullable String verdictEngine;
  public @Nullable String verdictName;
  public @Nullable String verdictReason;
  public @Nullable String route;
  public @Nullable String parent;
  public @Nullable String sourceIp;
  public @Nullable String tlsOriginVersion;
  public @Nullable String tlsOriginCipher;
  public @Nullable String errorSide;
  public @Nullable String errorKind;
  public @Nullable String errorDetail;

  /**
   * How many further exchanges like this one the record stands for: refused requests of one client
   * in a flood are not written one by one. -1 for an ordinary record.
   */
  public long repeats = -1;

  /**
   * What the appender keeps for the record's end: the segment it was opened in; null when it was
   * never opened.
   */
  @Nullable MappedSegment openedIn;

  /** Where the appender may have kept how the opened record begins. */
  @Nullable OpenedText openedText;

  public Record(
      RecordId id, long startMicros, String listener, Mode mode, String clientIp, int clientPort) {
    this.id = id;
    this.startMicros = startMicros;
    this.listener = listener;
    this.mode = mode;
    this.clientIp = clientIp;
    this.clientPort = clientPort;
  }
}
