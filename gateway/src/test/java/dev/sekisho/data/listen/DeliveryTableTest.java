package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.listen.DeliveryPeers.Came;
import dev.sekisho.data.listen.DeliveryPeers.Outcome;
import dev.sekisho.data.listen.DeliveryRow.Direction;
import dev.sekisho.data.listen.DeliveryRow.Range;
import dev.sekisho.data.listen.DeliveryRow.Size;
import dev.sekisho.data.listen.DeliveryRow.Status;
import dev.sekisho.journal.Record;
import dev.sekisho.testing.CIcap;
import dev.sekisho.testing.ClamavDaemon;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Deliveries in which each value of each axis meets each of every other, through a real clamd and
 * through a real c-icap: what both sides get, and what is written of it.
 */
class DeliveryTableTest {
  private static final long SEED = 41;
  private static final int TABLES = Boolean.getBoolean("sekisho.soak") ? 10 : 1;

  private static final List<List<DeliveryRow>> ALL =
      LongStream.range(SEED, SEED + TABLES).mapToObj(DeliveryTable::rows).toList();

  /** What occurs in several tables is delivered once. */
  private static final List<DeliveryRow> ROWS =
      ALL.stream().flatMap(List::stream).distinct().toList();

  @TempDir private static Path folder;

  private static ClamavDaemon clamd;
  private static CIcap icap;
  private static DeliveryPeers peers;
  private static TestGateway byClamd;
  private static TestGateway byIcap;

  @BeforeAll
  static void start() throws Exception {
    clamd =
        ClamavDaemon.start(
            folder, "Eicar-Test", DeliveryBodies.EICAR, "AlertEncrypted yes\nAlertExceedsMax yes");
    icap = CIcap.start(folder, clamd.socket());
    TestCertificate certificate = TestCertificate.make(folder, "origin.example");
    peers = new DeliveryPeers(certificate.showing());
    byClamd = gateway(certificate, "clamd: \"" + clamd.address() + "\"");
    byIcap = gateway(certificate, "icap: \"" + icap.url("avscan") + "\"");
  }

  @AfterAll
  static void stop() throws Exception {
    byClamd.close();
    byIcap.close();
    icap.close();
    clamd.close();
    peers.close();
    assertThat(ROWS)
        .filteredOn(row -> row.direction() == Direction.UP && !DeliveryFate.of(row).passes())
        .noneMatch(row -> peers.reached(path(row)));
  }

  private static String path(DeliveryRow row) {
    return "/" + ROWS.indexOf(row);
  }

  private static TestGateway gateway(TestCertificate certificate, String engine)
      throws IOException {
    return TestGateway.start(
        """
        inspect: { never: [] }
        origin: { trust: [ "%s" ] }
        scan:
          engines: [ { %s } ]
          limit: 512KiB
          cache: { entries: 0 }
          spool: { memory-per-body: 16KiB }
          delivery: { small: 64KiB, after: 20ms, every: 20ms, portion: 4KiB, keep-back: 64KiB }
          rules:
            - { name: a, content-type: application/x-usual-held, deliver: hold }
            - { name: b, content-type: application/x-block-all-held, deliver: hold, unscanned:
                { too-big: block, encrypted: block, engine-limit: block } }
            - { name: c, content-type: application/x-block-all-trickled, unscanned:
                { too-big: block, encrypted: block, engine-limit: block } }
        """
            .formatted(certificate.certificate(), engine));
  }

  static List<DeliveryRow> rows() {
    return ROWS;
  }

  static List<List<DeliveryRow>> tables() {
    return ALL;
  }

  @ParameterizedTest(name = "table {index}")
  @MethodSource("tables")
  void everyTwoValuesThatCanMeetDo(List<DeliveryRow> rows) {
    BitSet met = pairs(rows);
    assertThat(met.cardinality()).isGreaterThan(500);
    assertThat(met).isEqualTo(pairs(DeliveryTable.possible()));
    assertThat(rows).hasSizeGreaterThanOrEqualTo(80);
  }

  private static BitSet pairs(List<DeliveryRow> rows) {
    BitSet pairs = new BitSet();
    rows.forEach(row -> Arrays.stream(DeliveryTable.pairs(row)).forEach(pairs::set));
    return pairs;
  }

  @ParameterizedTest(name = "table {index}")
  @MethodSource("tables")
  void noTwoAreAlikeInAllThatMatters(List<DeliveryRow> rows) {
    assertThat(rows.stream().map(row -> row.essence(DeliveryFate.of(row)))).doesNotHaveDuplicates();
  }

  @Test
  void eachTableHasOtherDeliveries() {
    int most = ALL.stream().mapToInt(List::size).sum();
    assertThat(ROWS).hasSizeGreaterThan(most * 3 / 4).hasSizeLessThanOrEqualTo(most);
    assertThat(DeliveryTable.rows(SEED + TABLES)).isNotEqualTo(ALL.getLast());
  }

  @ParameterizedTest(name = "{index} {0}")
  @MethodSource("rows")
  void passesByItsFateThroughClamd(DeliveryRow row) throws Exception {
    check(byClamd, row, "clamd");
  }

  @ParameterizedTest(name = "{index} {0}")
  @MethodSource("rows")
  void passesByItsFateThroughCIcap(DeliveryRow row) throws Exception {
    check(byIcap, row, icap.url("avscan"));
  }

  private static void check(TestGateway gateway, DeliveryRow row, String engine) throws Exception {
    DeliveryFate fate = DeliveryFate.of(row);
    byte[] body = DeliveryBodies.of(row);
    String path = path(row);
    Outcome outcome = peers.run(gateway, path, row, body);
    Record record = gateway.journal().await(one -> path.equals(one.path));
    assertWritten(record, fate, engine);
    if (!fate.passes()) {
      assertRefused(outcome, row, fate, body);
    } else if (row.direction() == Direction.UP) {
      assertThat(outcome.client().status()).isEqualTo(row.status().code());
      Came upload = outcome.origin().orElseThrow();
      assertThat(upload.whole()).isTrue();
      assertThat(upload.body()).isEqualTo(body);
    } else {
      assertArrived(outcome.client(), row, body);
    }
  }

  private static void assertWritten(Record record, DeliveryFate fate, String engine) {
    switch (fate) {
      case DeliveryFate.Clean _ -> {
        assertThat(record.fate).isEqualTo(Record.Fate.CLEAN);
        assertThat(record.verdictEngine).isEqualTo(engine);
      }
      case DeliveryFate.Infected _ -> {
        assertThat(record.fate).isEqualTo(Record.Fate.INFECTED);
        assertThat(record.verdictEngine).isEqualTo(engine);
        assertThat(record.verdictName).isEqualTo("Eicar-Test.UNOFFICIAL");
      }
      case DeliveryFate.Unscanned(String reason, boolean _) -> {
        assertThat(record.fate).isEqualTo(Record.Fate.UNSCANNED);
        assertThat(record.verdictReason).startsWith(reason + ": ");
      }
    }
  }

  /** A page, or an end that no client takes for the end of the file. */
  private static void assertRefused(
      Outcome outcome, DeliveryRow row, DeliveryFate fate, byte[] body) {
    assertThat(outcome.origin()).as("nothing left").isEmpty();
    Came client = outcome.client();
    if (row.trickles()) {
      assertThat(client.whole()).isFalse();
      assertThat(client.body().length).isLessThan(body.length);
      assertThat(body).startsWith(client.body());
    } else {
      assertThat(client.status()).isEqualTo(fate instanceof DeliveryFate.Infected ? 403 : 503);
      assertThat(client.whole()).isTrue();
      assertThat(client.head()).contains("\r\nProxy-Status: sekisho");
    }
  }

  private static void assertArrived(Came client, DeliveryRow row, byte[] body) {
    assertThat(client.whole()).isTrue();
    boolean part = row.range() == Range.INSIDE || row.range() == Range.SUFFIX;
    if (!part || row.status() != Status.OK || row.size() == Size.OVER_THE_LIMIT) {
      assertThat(client.status()).isEqualTo(row.status().code());
      assertThat(client.body()).isEqualTo(body);
      return;
    }
    int from = row.range() == Range.INSIDE ? 3 : Math.max(0, body.length - 12);
    int until = row.range() == Range.INSIDE ? Math.min(21, body.length) : body.length;
    assertThat(client.status()).isEqualTo(from < until ? 206 : 416);
    assertThat(client.body())
        .isEqualTo(from < until ? Arrays.copyOfRange(body, from, until) : new byte[0]);
  }
}
