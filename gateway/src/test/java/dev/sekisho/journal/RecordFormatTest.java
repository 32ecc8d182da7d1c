package dev.sekisho.journal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RecordFormatTest {
  private static final String IDENTITY =
      "\"v\":1,\"id\":\"0193-x\",\"start\":\"2026-11-24T06:15:14.123456Z\"";
  private static final String GET =
      "{"
          + IDENTITY
          + ",\"state\":\"closed\",\"end\":\"2026-11-24T06:15:14.128706Z\",\"duration_us\":5250,"
          + "\"mode\":\"plain\",\"client_ip\":\"10.1.2.3\",\"client_port\":51234,\"device\":\"client-pcs\",\"user\":\"alice\",\"method\":\"GET\","
          + "\"url\":\"http://example.com/a,b\",\"scheme\":\"http\",\"host\":\"example.com\",\"port\":80,\"path\":\"/a,b\","
          + "\"origin_ip\":\"93.184.216.34\",\"user_agent\":\"=cmd()\",\"decision\":\"allow\",\"rule\":\"our \\\"repos\\\"\","
          + "\"categories\":[\"a\",\"b\"],\"status\":200,\"bytes_up\":310,\"bytes_down\":4096,\"content_type\":\"text/html; charset=utf-8\"}";
  private static final String DENIED =
      "{"
          + IDENTITY
          + ",\"state\":\"closed\",\"end\":\"2026-11-24T06:15:14.123999Z\",\"duration_us\":543,"
          + "\"mode\":\"connect\",\"client_ip\":\"10.1.2.3\",\"method\":\"CONNECT\",\"host\":\"bad.example\",\"port\":443,"
          + "\"decision\":\"deny\",\"rule\":\"default\",\"reason\":\"No rule allows it.\",\"status\":403,\"bytes_down\":512}";
  private static final String TUNNEL =
      "{"
          + IDENTITY
          + ",\"state\":\"closed\",\"end\":\"2026-11-24T07:15:14.123456Z\","
          + "\"duration_us\":3600000000,\"mode\":\"connect\",\"client_ip\":\"2001:db8::1\",\"method\":\"CONNECT\",\"host\":\"2001:db8::2\","
          + "\"port\":443,\"parent\":\"head-office\",\"decision\":\"allow\",\"status\":200,\"bytes_up\":1,\"bytes_down\":5000000000}";
  private static final String CRASHED =
      "{"
          + IDENTITY
          + ",\"state\":\"interrupted\",\"end\":\"2026-11-24T06:20:00.000000Z\","
          + "\"mode\":\"plain\",\"client_ip\":\"10.1.2.3\",\"method\":\"GET\",\"url\":\"http://a/b c\",\"host\":\"a\",\"decision\":\"allow\"}";

  private static LoggedRecord parse(String json) {
    return requireNonNull(LoggedRecord.parse(json.getBytes(StandardCharsets.UTF_8)));
  }

  private static String line(RecordFormat.Name name, String json) {
    return RecordFormat.of(name, 140).line(parse(json));
  }

  @Test
  void squidIsItsNativeAccessLog() {
    assertThat(line(RecordFormat.Name.SQUID, GET))
        .isEqualTo(
            "1795500914.128      5 10.1.2.3 TCP_MISS/200 4096 GET "
                + "http://example.com/a,b alice HIER_DIRECT/93.184.216.34 text/html");
    assertThat(line(RecordFormat.Name.SQUID, DENIED))
        .isEqualTo(
            "1795500914.123      0 10.1.2.3 TCP_DENIED/403 512 CONNECT "
                + "bad.example:443 - HIER_NONE/- -");
    assertThat(line(RecordFormat.Name.SQUID, TUNNEL))
        .isEqualTo(
            "1795504514.123 3600000 2001:db8::1 TCP_TUNNEL/200 5000000000 CONNECT "
                + "[2001:db8::2]:443 - FIRSTUP_PARENT/head-office -");
    assertThat(line(RecordFormat.Name.SQUID, CRASHED))
        .isEqualTo(
            "1795501200.000      0 10.1.2.3 TCP_MISS_ABORTED/000 0 GET "
                + "http://a/b%20c - HIER_NONE/- -");
  }

  @Test
  void jsonIsTheRecordAsItIsStored() {
    assertThat(line(RecordFormat.Name.JSON, GET)).isEqualTo(GET);
    assertThat(RecordFormat.of(RecordFormat.Name.JSON, 80).header()).isNull();
  }

  @Test
  void csvQuotesAndDisarmsFormulas() {
    RecordFormat csv = RecordFormat.of(RecordFormat.Name.CSV, 80);
    assertThat(csv.header())
        .startsWith("v,id,parent_id,state,start,end,duration_us,")
        .endsWith(",error_detail,repeats");
    assertThat(csv.line(parse(GET)))
        .isEqualTo(
            "1,0193-x,,closed,2026-11-24T06:15:14.123456Z,2026-11-24T06:15:14.128706Z,5250,,plain,"
                + "10.1.2.3,51234,client-pcs,alice,,,GET,\"http://example.com/a,b\",http,example.com,80,\"/a,b\",,93.184.216.34,,,'=cmd(),allow,"
                + "\"our \"\"repos\"\"\",,,a b,,,200,310,4096,text/html; charset=utf-8,,,,,,,,,,,,,,");
    assertThat(
            csv.line(parse(GET)).replaceAll("\"[^\"]*\"", "").chars().filter(c -> c == ',').count())
        .isEqualTo(requireNonNull(csv.header()).chars().filter(c -> c == ',').count());
  }

  @Test
  void ocsfIsHttpActivity() {
    assertThat(line(RecordFormat.Name.OCSF, GET))
        .isEqualTo(
            "{\"category_uid\":4,\"class_uid\":4002,\"activity_id\":3,\"type_uid\":400203,"
                + "\"severity_id\":1,\"time\":1795500914128,\"start_time\":1795500914123,\"end_time\":1795500914128,\"duration\":5,\"action_id\":1,"
                + "\"disposition_id\":1,\"status_id\":1,\"metadata\":{\"version\":\"1.7.0\",\"uid\":\"0193-x\",\"profiles\":[\"security_control\"],"
                + "\"product\":{\"name\":\"Sekisho\",\"vendor_name\":\"Sekisho\"}},\"src_endpoint\":{\"ip\":\"10.1.2.3\",\"port\":51234,"
                + "\"name\":\"client-pcs\"},\"dst_endpoint\":{\"hostname\":\"example.com\",\"ip\":\"93.184.216.34\",\"port\":80},"
                + "\"traffic\":{\"bytes_in\":4096,\"bytes_out\":310},\"actor\":{\"user\":{\"name\":\"alice\"}},"
                + "\"firewall_rule\":{\"name\":\"our \\\"repos\\\"\"},\"http_request\":{\"http_method\":\"GET\",\"user_agent\":\"=cmd()\","
                + "\"url\":{\"url_string\":\"http://example.com/a,b\",\"scheme\":\"http\",\"hostname\":\"example.com\",\"port\":80,"
                + "\"path\":\"/a,b\"}},\"http_response\":{\"code\":200,\"content_type\":\"text/html; charset=utf-8\",\"length\":4096}}");
    assertThat(line(RecordFormat.Name.OCSF, DENIED))
        .contains(
            "\"type_uid\":400201",
            "\"action_id\":2",
            "\"disposition_id\":2",
            "\"status_id\":2",
            "\"message\":\"No rule allows it.\"");
  }

  @Test
  void tableFitsTheTerminal() {
    RecordFormat table = RecordFormat.of(RecordFormat.Name.TABLE, 120);
    assertThat(table.header())
        .isEqualTo(
            "TIME                WHO            METHOD  WHERE TO                      DECISION RULE           STATUS   BYTES     TOOK");
    assertThat(table.line(parse(GET)))
        .isEqualTo(
            "2026-11-24 06:15:14 alice          GET     http://example.com/a,b        allow    our \"repos\"    200    4.3 KiB   5.3 ms");
    assertThat(table.line(parse(DENIED)))
        .isEqualTo(
            "2026-11-24 06:15:14 10.1.2.3       CONNECT bad.example:443               deny     default        403      512 B   0.5 ms");
    assertThat(table.line(parse(TUNNEL)))
        .isEqualTo(
            "2026-11-24 07:15:14 2001:db8::1    CONNECT [2001:db8::2]:443             allow    -              200    4.7 GiB      1 h");
  }

  @Test
  void tableCountsWideCharactersAndShowsControls() {
    String wide =
        GET.replace("alice", "\u6771\u4eac\u90fd\u5343\u4ee3\u7530\u533a\u5f79")
            .replace("our \\\"repos\\\"", "a\\u001b[31mb");
    String line = RecordFormat.of(RecordFormat.Name.TABLE, 120).line(parse(wide));
    assertThat(line)
        .contains("\u6771\u4eac\u90fd\u5343\u4ee3\u7530\u2026  GET", "a\\u001b[31mb")
        .doesNotContain("\u001b");
    for (int width : new int[] {100, 120, 200}) {
      assertThat(
              Printable.columns(RecordFormat.of(RecordFormat.Name.TABLE, width).line(parse(wide))))
          .isLessThanOrEqualTo(width);
    }
  }

  @Test
  void tableSaysHowManyMoreARecordStandsFor() {
    String many = DENIED.replace("\"status\":403", "\"status\":403,\"repeats\":250");
    assertThat(RecordFormat.of(RecordFormat.Name.TABLE, 160).line(parse(many)))
        .contains("(250 more) bad.example:443");
  }

  @Test
  void refusesWhatIsNoRecord() {
    for (String json :
        new String[] {
          "", "{", "[]", "{}", "{\"state\":\"x\"}", "{\"state\":\"closed\",\"start\":\"yesterday\"}"
        }) {
      assertThat(LoggedRecord.parse(json.getBytes(StandardCharsets.UTF_8))).as(json).isNull();
    }
  }
}
