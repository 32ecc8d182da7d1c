package dev.sekisho.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RecordEncoderTest {
  private static final RecordId ID = new RecordId(0x0193_0000_ABCD_7001L, 0x8000_0000_0000_00FFL);

  private final RecordEncoder encoder =
      new RecordEncoder(new Masking(List.of("token")), JournalConfig.Detail.URL);

  private String json(RecordEncoder with, Record record, SegmentFormat.Type type) {
    int length = with.whole(record, type);
    return new String(
        with.bytes(),
        SegmentFormat.ENTRY_HEADER,
        length - SegmentFormat.ENTRY_HEADER,
        StandardCharsets.UTF_8);
  }

  private JsonNode parsed(Record record) {
    return JsonMapper.shared().readTree(json(encoder, record, SegmentFormat.Type.CLOSED));
  }

  @Test
  void writesEveryFieldUnderItsName() {
    assertThat(json(encoder, full("x"), SegmentFormat.Type.CLOSED))
        .isEqualTo(
            "{\"v\":1,\"id\":\"01930000-abcd-7001-8000-0000000000ff\","
                + "\"parent_id\":\"01930000-abcd-7001-8000-0000000000fe\",\"state\":\"closed\",\"start\":\"2026-11-24T06:15:14.123456Z\","
                + "\"end\":\"2026-11-24T06:15:14.128706Z\",\"duration_us\":5250,\"listener\":\"x\",\"mode\":\"inspected\",\"client_ip\":\"x\","
                + "\"client_port\":51234,\"device\":\"x\",\"user\":\"x\",\"groups\":[\"x\"],\"identified_by\":\"x\",\"method\":\"x\",\"url\":\"x\","
                + "\"scheme\":\"x\",\"host\":\"x\",\"port\":443,\"path\":\"x\",\"host_field\":\"x\",\"http_version\":\"x\","
                + "\"user_agent\":\"x\",\"origin_ip\":\"x\",\"sni\":\"x\",\"decision\":\"allow\",\"rule\":\"x\",\"reason\":\"x\",\"phase\":\"x\",\"categories\":[\"x\",\"x\"],"
                + "\"inspected_because\":\"x\",\"observed\":[\"x\"],\"status\":200,\"bytes_up\":0,\"bytes_down\":9223372036854775807,"
                + "\"content_type\":\"x\",\"sha256\":\"x\",\"fate\":\"infected\",\"verdict_engine\":\"x\",\"verdict_name\":\"x\","
                + "\"verdict_reason\":\"x\",\"route\":\"x\",\"parent\":\"x\",\"source_ip\":\"x\",\"tls_origin_version\":\"x\","
                + "\"tls_origin_cipher\":\"x\",\"error_side\":\"x\",\"error_kind\":\"x\",\"error_detail\":\"x\",\"repeats\":17}");
  }

  @Test
  void saysTheSameOfAClosedExchangeFromWhatWasKeptOfTheOpenedOne() {
    OpenedText text = new OpenedText();
    for (Record record : List.of(full("x"), Samples.get())) {
      record.endMicros = -1;
      record.durationMicros = -1;
      encoder.opened(record, text);
      Samples.finish(record);
      record.rule = "another rule";
      assertThat(text.isOf(record)).isTrue();
      int length = encoder.closed(record, text);
      byte[] kept = Arrays.copyOf(encoder.bytes(), length);
      assertThat(encoder.whole(record, SegmentFormat.Type.CLOSED)).isEqualTo(length);
      assertThat(kept).isEqualTo(Arrays.copyOf(encoder.bytes(), length));
    }
  }

  @Test
  void usesNothingKeptOnceAFactOfTheRequestIsAnother() {
    List<Consumer<Record>> changes =
        List.of(
            r -> r.parentId = ID,
            r -> r.device = "y",
            r -> r.user = "y",
            r -> r.groups = Set.of("y"),
            r -> r.identifiedBy = "y",
            r -> r.method = "y",
            r -> r.url = null,
            r -> r.scheme = "y",
            r -> r.host = "y",
            r -> r.port = 1,
            r -> r.path = null,
            r -> r.hostField = "y",
            r -> r.httpVersion = "y",
            r -> r.userAgent = "y");
    OpenedText text = new OpenedText();
    for (Consumer<Record> change : changes) {
      Record record = full("x");
      record.endMicros = -1;
      record.durationMicros = -1;
      encoder.opened(record, text);
      assertThat(text.isOf(record)).isTrue();
      change.accept(record);
      assertThat(text.isOf(record)).isFalse();
    }
  }

  @Test
  void keepsNothingOfAVeryLongRequest() {
    OpenedText text = new OpenedText();
    Record record = Samples.get();
    record.path = "/" + "a".repeat(1_000);
    encoder.opened(record, text);
    assertThat(text.isOf(record)).isFalse();
  }

  @Test
  void leavesOutWhatIsAbsent() {
    Record record = new Record(ID, Samples.START, "proxy", Record.Mode.CONNECT, "10.0.0.1", 1);
    assertThat(json(encoder, record, SegmentFormat.Type.OPENED))
        .isEqualTo(
            "{\"v\":1,\"id\":\""
                + ID
                + "\",\"state\":\"opened\","
                + "\"start\":\"2026-11-24T06:15:14.123456Z\",\"listener\":\"proxy\",\"mode\":\"connect\",\"client_ip\":\"10.0.0.1\","
                + "\"client_port\":1}");
  }

  @Test
  void dropsUrlAndPathWhenOnlyTheHostIsWanted() {
    RecordEncoder host = new RecordEncoder(new Masking(List.of()), JournalConfig.Detail.HOST);
    assertThat(json(host, Samples.get(), SegmentFormat.Type.OPENED))
        .contains("\"host\":\"downloads.example.com\"")
        .doesNotContain("\"url\"", "\"path\"", "packages");
  }

  @Test
  void masksUrlPathAndTexts() {
    Record record = Samples.get();
    record.url = "http://a/?token=abc";
    record.path = "/ghp_0123456789abcdefghijklmnopqrstuvwxyz";
    record.userAgent = "x AKIAIOSFODNN7EXAMPLE";
    record.errorDetail = "Bearer abc";
    JsonNode json = parsed(record);
    assertThat(json.get("url").asString()).isEqualTo("http://a/?token=***");
    assertThat(json.get("path").asString()).isEqualTo("/***");
    assertThat(json.get("user_agent").asString()).isEqualTo("x ***");
    assertThat(json.get("error_detail").asString()).isEqualTo("Bearer ***");
  }

  @Test
  void escapesWhatCouldEndALineOrDriveATerminal() {
    Record record = Samples.get();
    String wild =
        "a\n\r\t\u0000\u001b[2J\u007f\u0085\u009b\"\\\u2028\u202e\u200f\ufeff\ud800z\udc00\u00e9\u65e5\ud83d\ude00";
    record.userAgent = wild;
    String json = json(encoder, record, SegmentFormat.Type.OPENED);
    assertThat(json)
        .contains(
            "\"user_agent\":\"a\\u000a\\u000d\\u0009\\u0000\\u001b[2J\\u007f\\u0085\\u009b\\\"\\\\"
                + "\\u2028\\u202e\\u200f\\ufeff\\ud800z\\udc00\u00e9\u65e5\ud83d\ude00\"");
    assertThat(JsonMapper.shared().readTree(json).get("user_agent").asString()).isEqualTo(wild);
  }

  @Test
  void cutsLongTextsAndSaysSo() {
    Record record = Samples.get();
    record.url = "http://a/" + "\u65e5".repeat(20_000);
    String url = parsed(record).get("url").asString();
    assertThat(url).endsWith("\u65e5\u2026[cut]");
    assertThat(url.getBytes(StandardCharsets.UTF_8).length).isBetween(16_300, (16 << 10) + 8);
  }

  @Test
  void cutsLongLists() {
    Record record = Samples.get();
    record.categories = Collections.nCopies(1000, "advertising");
    JsonNode categories = parsed(record).get("categories");
    assertThat(categories.get(0).asString()).isEqualTo("advertising");
    assertThat(categories.get(categories.size() - 1).asString()).isEqualTo("\u2026[cut]");
    assertThat(categories.size()).isBetween(100, 200);
  }

  @Test
  void keepsTheGreatestRecordWithinTheLimits() {
    for (String worst :
        List.of(
            "\u0001".repeat(40_000),
            "a".repeat(40_000),
            "\ud83d\ude00".repeat(20_000),
            "\"".repeat(40_000))) {
      Record record = full(worst);
      record.groups = new LinkedHashSet<>(List.of(worst, worst + "1"));
      record.categories = Collections.nCopies(500, worst);
      record.observed = Collections.nCopies(500, "a");
      int whole = encoder.whole(record, SegmentFormat.Type.CLOSED);
      assertThat(SegmentFormat.aligned(whole)).isLessThan(SegmentFormat.MOST_ENTRY);
      int terse = encoder.terse(record, SegmentFormat.Type.CLOSED);
      assertThat(SegmentFormat.aligned(terse)).isLessThanOrEqualTo(RecordEncoder.TERSE_ENTRY);
      String json =
          new String(
              encoder.bytes(),
              SegmentFormat.ENTRY_HEADER,
              terse - SegmentFormat.ENTRY_HEADER,
              StandardCharsets.UTF_8);
      assertThat(JsonMapper.shared().readTree(json).get("status").asInt()).isEqualTo(200);
    }
  }

  @Test
  void writesTimesOfAllKinds() {
    byte[] text = new byte[IsoTime.LENGTH];
    IsoTime time = new IsoTime();
    time.write(0, text, 0);
    assertThat(new String(text, StandardCharsets.US_ASCII))
        .isEqualTo("1970-01-01T00:00:00.000000Z");
    time.write(1_709_251_199_999_999L, text, 0);
    assertThat(new String(text, StandardCharsets.US_ASCII))
        .isEqualTo("2024-02-29T23:59:59.999999Z");
    time.write(1_709_251_199_000_001L, text, 0);
    assertThat(new String(text, StandardCharsets.US_ASCII))
        .isEqualTo("2024-02-29T23:59:59.000001Z");
  }

  private static Record full(String text) {
    Record record = new Record(ID, Samples.START, text, Record.Mode.INSPECTED, text, 51234);
    record.parentId = new RecordId(ID.high(), ID.low() - 1);
    record.endMicros = Samples.START + 5_250;
    record.durationMicros = 5_250;
    record.device = text;
    record.user = text;
    record.groups = Set.of(text);
    record.identifiedBy = text;
    record.method = text;
    record.url = text;
    record.scheme = text;
    record.host = text;
    record.port = 443;
    record.path = text;
    record.hostField = text;
    record.originIp = text;
    record.sni = text;
    record.httpVersion = text;
    record.userAgent = text;
    record.decision = Record.Decided.ALLOW;
    record.rule = text;
    record.reason = text;
    record.phase = text;
    record.categories = List.of(text, text);
    record.inspectedBecause = text;
    record.observed = List.of(text);
    record.status = 200;
    record.bytesUp = 0;
    record.bytesDown = Long.MAX_VALUE;
    record.contentType = text;
    record.sha256 = text;
    record.fate = Record.Fate.INFECTED;
    record.verdictEngine = text;
    record.verdictName = text;
    record.verdictReason = text;
    record.route = text;
    record.parent = text;
    record.sourceIp = text;
    record.tlsOriginVersion = text;
    record.tlsOriginCipher = text;
    record.errorSide = text;
    record.errorKind = text;
    record.errorDetail = text;
    record.repeats = 17;
    return record;
  }
}
