package dev.sekisho.journal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which records are wanted. Immutable: every method returns a filter that asks for one thing more.
 *
 * @param since records whose {@link LoggedRecord#time} is earlier are not wanted
 * @param until records whose time is this or later are not wanted
 */
public record RecordFilter(
    @Nullable Instant since, @Nullable Instant until, List<Predicate<LoggedRecord>> conditions) {
  /** Everything. */
  public static RecordFilter all() {
    return new RecordFilter(null, null, List.of());
  }

  public RecordFilter since(Instant time) {
    return new RecordFilter(time, until, conditions);
  }

  public RecordFilter until(Instant time) {
    return new RecordFilter(since, time, conditions);
  }

  public RecordFilter user(String user) {
    return and(record -> user.equals(record.text("user")));
  }

  /**
   * {@code example.com}, {@code .example.com} (it and everything below), or a pattern with {@code
   * *}.
   */
  public RecordFilter host(String pattern) {
    HostPattern compiled = HostPattern.parse(pattern);
    return and(record -> compiled.matches(record.text("host", "")));
  }

  public RecordFilter decision(Record.Decided decision) {
    String word = decision.name().toLowerCase(Locale.ROOT);
    return and(record -> word.equals(record.text("decision")));
  }

  /** A client by its address or by the name of its device. */
  public RecordFilter client(String client) {
    return and(
        record -> client.equals(record.text("client_ip")) || client.equals(record.text("device")));
  }

  public RecordFilter rule(String rule) {
    return and(record -> rule.equals(record.text("rule")));
  }

  /** One status ({@code 403}) or a class of them ({@code 4xx}). */
  public RecordFilter status(String status) {
    if (status.length() == 3 && status.toLowerCase(Locale.ROOT).endsWith("xx")) {
      return and(record -> record.number("status") / 100 == status.charAt(0) - '0');
    }
    return and(record -> status.equals(Long.toString(record.number("status"))));
  }

  public RecordFilter state(LoggedRecord.State state) {
    return and(record -> record.state() == state);
  }

  private RecordFilter and(Predicate<LoggedRecord> condition) {
    List<Predicate<LoggedRecord>> more = new ArrayList<>(conditions);
    more.add(condition);
    return new RecordFilter(since, until, List.copyOf(more));
  }

  /** Whether the record is wanted. */
  public boolean test(LoggedRecord record) {
    Instant time = record.time();
    if (since != null && time.isBefore(since) || until != null && !time.isBefore(until)) {
      return false;
    }
    for (Predicate<LoggedRecord> condition : conditions) {
      if (!condition.test(record)) {
        return false;
      }
    }
    return true;
  }
}
