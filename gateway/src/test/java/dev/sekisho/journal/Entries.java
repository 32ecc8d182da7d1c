package dev.sekisho.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Everything that stands in a folder of segments, in the order of files and places, for tests. */
record Entries(List<Entry> all, List<Damage> damages) {
  private static final JsonMapper JSON = JsonMapper.shared();

  record Entry(Path file, SegmentFormat.Type type, JsonNode json) {
    String id() {
      return json.get("id").asString();
    }
  }

  static Entries read(Path folder) {
    List<Entry> all = new ArrayList<>();
    List<Damage> damages = forEach(folder, all::add);
    return new Entries(all, damages);
  }

  /** Hands over one after the other; returns what is damaged. */
  static List<Damage> forEach(Path folder, Consumer<Entry> sink) {
    List<Damage> damages = new ArrayList<>();
    try {
      for (SegmentFolder.Found found : SegmentFolder.list(folder)) {
        read(found, sink, damages);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return damages;
  }

  private static void read(SegmentFolder.Found found, Consumer<Entry> sink, List<Damage> damages)
      throws IOException {
    try (SegmentReader reader =
        new SegmentReader(found.file(), found.header(), SegmentReader.Extent.WHOLE)) {
      while (true) {
        switch (reader.next()) {
          case SegmentReader.Item.Entry entry ->
              sink.accept(new Entry(found.file(), entry.type(), JSON.readTree(entry.payload())));
          case SegmentReader.Item.Found damaged -> damages.add(damaged.damage());
          case SegmentReader.Item.End _ -> {
            return;
          }
        }
      }
    }
  }

  List<Entry> of(SegmentFormat.Type type) {
    return all.stream().filter(e -> e.type() == type).toList();
  }
}
