package dev.sekisho.journal;

import java.time.Duration;
import java.util.List;

/** Records and configurations that tests of the journal share. */
final class Samples {
  static final long START = 1_795_500_914_123_456L;

  private static final RecordIds IDS = new RecordIds();

  private Samples() {}

  /** What a plain allowed GET looks like when it begins: a payload of about 500 bytes. */
  static Record get(RecordId id, long startMicros, String url) {
    Record record = new Record(id, startMicros, "proxy", Record.Mode.PLAIN, "10.1.2.3", 51234);
    record.device = "client-pcs";
    record.method = "GET";
    record.url = url;
    record.scheme = "http";
    record.host = "downloads.example.com";
    record.port = 80;
    record.path = "/packages/main/index.html";
    record.httpVersion = "1.1";
    record.userAgent = "curl/8.5.0";
    record.decision = Record.Decided.ALLOW;
    record.rule = "our repositories, read only";
    record.route = "direct";
    return record;
  }

  static Record get() {
    return get(
        IDS.next(START), START, "http://downloads.example.com/packages/main/index.html?page=2");
  }

  /** The same at its end. */
  static Record finish(Record record) {
    record.endMicros = record.startMicros + 5_250;
    record.durationMicros = 5_250;
    record.originIp = "93.184.216.34";
    record.status = 200;
    record.bytesUp = 310;
    record.bytesDown = 4_096;
    record.contentType = "text/html";
    record.fate = Record.Fate.NONE;
    return record;
  }

  static JournalConfig config(long segment, JournalConfig.Sync sync) {
    return new JournalConfig(
        JournalConfig.Detail.URL,
        Journal.OnFailure.REFUSE,
        sync,
        new JournalConfig.Masking(List.of("token", "password", "signature")),
        new JournalConfig.Keeping(Duration.ofDays(400), 0),
        new JournalConfig.Space(segment, 0));
  }

  static JournalConfig small() {
    return config(1 << 20, new JournalConfig.Sync.Every(Duration.ofMillis(20)));
  }
}
