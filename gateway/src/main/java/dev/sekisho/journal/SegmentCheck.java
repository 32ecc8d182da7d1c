package dev.sekisho.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads every entry of every segment and compares checksums and numbers: {@code sekisho log
 * verify}. It finds what a disk or a careless hand did; someone who can write the files can also
 * write right checksums.
 */
public final class SegmentCheck {
  /** What was found. */
  public record Result(long segments, long entries, List<Damage> damages) {}

  private final Path folder;

  public SegmentCheck(Path folder) {
    this.folder = folder;
  }

  /** Reads everything. A segment that is being written is read as far as it is written. */
  public Result run() throws IOException {
    long segments = 0;
    long entries = 0;
    List<Damage> damages = new ArrayList<>();
    for (Path file : SegmentFolder.files(folder)) {
      segments++;
      SegmentFormat.Header header = SegmentFolder.header(file);
      if (header == null) {
        damages.add(
            new Damage(
                file,
                0,
                SegmentFormat.HEADER,
                Damage.Kind.NO_SEGMENT,
                "this is no segment, or its header is damaged"));
        continue;
      }
      try (SegmentReader reader = new SegmentReader(file, header, SegmentReader.Extent.WHOLE)) {
        entries += check(reader, damages);
      }
    }
    return new Result(segments, entries, damages);
  }

  private static long check(SegmentReader reader, List<Damage> damages) throws IOException {
    long entries = 0;
    while (true) {
      switch (reader.next()) {
        case SegmentReader.Item.Entry _ -> entries++;
        case SegmentReader.Item.Found found -> damages.add(found.damage());
        case SegmentReader.Item.End _ -> {
          return entries;
        }
      }
    }
  }
}
