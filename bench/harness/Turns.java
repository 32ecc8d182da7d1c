package harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;

/**
 * Several ways to have the same thing, measured in turns; each round begins with another one. One
 * of them may be no proxy at all, unlike in a {@link Lineup}.
 */
final class Turns<S> {
  /** One measurement. */
  interface Way<S> {
    S take() throws IOException, ExecutionException, InterruptedException;
  }

  private final Map<String, Way<S>> ways = new LinkedHashMap<>();
  private final Map<String, List<S>> samples = new LinkedHashMap<>();

  void add(String name, Way<S> way) {
    ways.put(name, way);
    samples.put(name, new ArrayList<>());
  }

  /** Measures each way for so long, once at the least, and forgets. */
  void warmUp(double seconds) throws IOException, ExecutionException, InterruptedException {
    for (String name : ways.keySet()) {
      warmUp(name, seconds);
    }
  }

  void warmUp(String name, double seconds)
      throws IOException, ExecutionException, InterruptedException {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    do {
      ways.get(name).take();
    } while (System.nanoTime() < end);
  }

  void rounds(int count) throws IOException, ExecutionException, InterruptedException {
    List<String> order = new ArrayList<>(ways.keySet());
    for (int i = 0; i < count; i++) {
      for (String name : order) {
        samples.get(name).add(ways.get(name).take());
      }
      Collections.rotate(order, 1);
    }
  }

  double[] of(String name, ToDoubleFunction<S> figure) {
    return samples.get(name).stream().mapToDouble(figure).toArray();
  }
}
