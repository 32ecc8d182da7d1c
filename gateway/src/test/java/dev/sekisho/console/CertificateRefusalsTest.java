package dev.sekisho.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.journal.RecordId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateRefusalsTest {
  private final List<Record> next = new ArrayList<>();
  private final CertificateRefusals refusals = new CertificateRefusals(next::add);

  private void ended(String client, String name, String kind) {
    Record record = new Record(new RecordId(1, 2), 1, "proxy", Record.Mode.CONNECT, client, 1);
    record.sni = name;
    record.errorKind = kind;
    record.errorDetail = "alert unknown_ca";
    record.endMicros = 1_790_000_000_000_000L;
    refusals.ended(record);
  }

  @Test
  void countsByClientAndNameAndTellsTheLatestFirst() {
    ended("10.0.0.1", "a.example", "client-refused-certificate");
    ended("10.0.0.2", "a.example", "client-refused-certificate");
    ended("10.0.0.1", "a.example", "client-refused-certificate");

    assertThat(refusals.lines())
        .extracting(CertificateRefusals.Line::client, CertificateRefusals.Line::times)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("10.0.0.1", 2L),
            org.assertj.core.groups.Tuple.tuple("10.0.0.2", 1L));
    assertThat(refusals.lines().getFirst().last()).startsWith("2026-");
  }

  @Test
  void countsNothingElseAndPassesEverythingOn() {
    ended("10.0.0.1", "a.example", "client-left");

    assertThat(refusals.lines()).isEmpty();
    assertThat(next).hasSize(1);
  }

  @Test
  void holdsOnlySoMany() {
    for (int i = 0; i < 10_050; i++) {
      ended("10.0.0.1", "n" + i + ".example", "client-refused-certificate");
    }

    assertThat(refusals.lines()).hasSize(10_000);
    assertThat(refusals.lines().getFirst().name()).isEqualTo("n10049.example");
  }
}
