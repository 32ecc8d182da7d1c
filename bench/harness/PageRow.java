package harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a person notices: Chromium opens a page of a hundred images over HTTPS, directly and through
 * the proxies that open it; the time until its load event.
 */
record PageRow(Path listed) implements Row {
  private static final String DIRECT = "directly";
  private static final int WARMING = 5;

  @Override
  public String key() {
    return "page";
  }

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws IOException, InterruptedException {
    report.section(
        "page: Chromium, %d images of %d bytes over HTTPS/1.1 (milliseconds to the load event)"
            .formatted(TlsOrigin.PAGE_OBJECTS, TlsOrigin.OBJECT_BYTES));
    if (!Browser.installed(bed)) {
      report.note("not measured: there is no chromium (Debian's package of that name)");
      return;
    }
    Subject ours = new Sekisho(new Names.Listed(listed));
    Subject peer = new Squid(new Names.Listed(listed), Squid.Bump.ALL);
    try (Proxy sekisho = Proxy.start(bed, origins, Testbed.Core.PROXY, ours);
        Proxy squid = Proxy.start(bed, origins, Testbed.Core.PROXY, peer)) {
      Map<String, Optional<Proxy>> ways = new LinkedHashMap<>();
      ways.put(DIRECT, Optional.empty());
      ways.put(ours.name(), Optional.of(sekisho));
      ways.put(peer.name(), Optional.of(squid));
      Map<String, List<Double>> samples = rounds(new Browser(bed, origins), ways, pace, report);
      samples.forEach((name, times) ->
          report.note(
              "%s: %s; each: %s"
                  .formatted(name, interval(times).text("ms"), Lineup.numbers(times))));
      samples.forEach((name, times) ->
          report.compared(
              "page of %d objects, load event, %s"
                  .formatted(
                      TlsOrigin.PAGE_OBJECTS, name.equals(DIRECT) ? name : "through " + name),
              interval(times),
              "ms"));
    }
  }

  private static Map<String, List<Double>> rounds(
      Browser browser, Map<String, Optional<Proxy>> ways, Pace pace, Report report)
      throws IOException, InterruptedException {
    for (var way : ways.entrySet()) {
      List<Double> warming = new ArrayList<>();
      for (int i = 0; i < Math.min(WARMING, pace.pairs()); i++) {
        warming.add(browser.open(way.getValue()));
      }
      report.note(way.getKey() + " warm-up: " + Lineup.numbers(warming));
    }
    Map<String, List<Double>> samples = new LinkedHashMap<>();
    List<String> order = new ArrayList<>(ways.keySet());
    for (int i = 0; i < pace.pairs(); i++) {
      for (String name : order) {
        samples.computeIfAbsent(name, key -> new ArrayList<>()).add(browser.open(ways.get(name)));
      }
      Collections.rotate(order, 1);
    }
    return samples;
  }

  private static Interval interval(List<Double> values) {
    return Interval.of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
