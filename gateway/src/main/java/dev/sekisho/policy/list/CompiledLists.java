package dev.sekisho.policy.list;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Problems;
import dev.sekisho.net.Cidr;
import dev.sekisho.net.CidrSet;
import dev.sekisho.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All lists and categories, ready to be asked: the mapped index of names, and the ranges of
 * addresses of each list. Immutable.
 */
public final class CompiledLists {
  private final NameIndex index;
  private final @Nullable CidrSet[] ranges;

  private CompiledLists(NameIndex index, int lists, List<Compilation.Range> ranges) {
    this.index = index;
    this.ranges = new CidrSet[lists];
    Map<Integer, List<Cidr>> byList = new LinkedHashMap<>();
    for (Compilation.Range range : ranges) {
      byList.computeIfAbsent(range.list(), _ -> new ArrayList<>()).add(range.cidr());
    }
    byList.forEach((list, all) -> this.ranges[list] = CidrSet.of(all));
  }

  /** No list at all, with a key that nothing keeps. */
  public static CompiledLists none() {
    return new CompiledLists(NameIndex.empty(NameHash.random()), 0, List.of());
  }

  /**
   * Maps the index of these sources, building it first when there is none or a source changed
   * since.
   *
   * @param sources files that exist
   * @param lists how many lists and categories there are; their numbers are below it
   * @param folder where the index and its key are kept
   * @param problems receives a warning for each source with lines that cannot be used
   * @throws IOException when a source cannot be read or the folder cannot be written
   */
  public static CompiledLists open(
      List<ListSource> sources, int lists, Path folder, Problems problems) throws IOException {
    NameHash hash = NameHash.open(folder);
    Path file = folder.resolve("names.index");
    Optional<CompiledLists> kept = kept(sources, lists, file, hash, problems);
    if (kept.isPresent()) {
      return kept.get();
    }
    Manifest manifest = build(sources, file, hash);
    report(manifest, problems);
    NameIndex index =
        NameIndex.open(file, hash)
            .orElseThrow(() -> new IOException(file + " cannot be read back"));
    return new CompiledLists(index, lists, manifest.ranges());
  }

  private static Optional<CompiledLists> kept(
      List<ListSource> sources, int lists, Path file, NameHash hash, Problems problems)
      throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Optional<NameIndex> index = NameIndex.open(file, hash);
    Optional<Manifest> manifest = index.flatMap(i -> Manifest.parse(i.manifest()));
    if (index.isEmpty() || manifest.isEmpty() || !manifest.get().isOf(sources)) {
      return Optional.empty();
    }
    report(manifest.get(), problems);
    return Optional.of(new CompiledLists(index.get(), lists, manifest.get().ranges()));
  }

  private static Manifest build(List<ListSource> sources, Path file, NameHash hash)
      throws IOException {
    Compilation compilation = new Compilation();
    EntryReader entries = new EntryReader(hash, compilation);
    List<Manifest.Origin> origins = new ArrayList<>();
    List<BadLines> bad = new ArrayList<>();
    for (ListSource source : sources) {
      var digest = Manifest.sha256();
      // size and time are taken first: a file that changes while it is read is found changed the
      // next time
      Manifest.Origin before = Manifest.Origin.of(source, "");
      BadLines lines = new SourceReader(source, entries, digest).read();
      if (lines.count() > 0) {
        bad.add(lines);
      }
      origins.add(
          new Manifest.Origin(
              before.list(),
              before.format(),
              before.path(),
              before.size(),
              before.modified(),
              HexFormat.of().formatHex(digest.digest())));
    }
    Manifest manifest = new Manifest(origins, compilation.ranges(), bad);
    NameIndex.write(file, hash, compilation.names().sorted(), manifest.text());
    return manifest;
  }

  private static void report(Manifest manifest, Problems problems) {
    for (BadLines lines : manifest.bad()) {
      for (BadLines.BadLine one : lines.first()) {
        problems.warning(
            new Mark(lines.label(), one.line(), 0),
            "this line is left out because " + one.reason() + ".");
      }
      long more = lines.count() - lines.first().size();
      if (more > 0) {
        problems.warning(
            Mark.file(lines.label()),
            more
                + (more == 1 ? " more line is" : " more lines are")
                + " left out because they cannot be used.");
      }
    }
  }

  public NameIndex index() {
    return index;
  }

  /** Whether a list has a range with this address. */
  public boolean inRange(int list, IpAddress address) {
    CidrSet set = ranges[list];
    return set != null && set.contains(address);
  }

  /** Adds a bit for each list that has a range with this address. */
  public void ranges(IpAddress address, long[] members) {
    for (int list = 0; list < ranges.length; list++) {
      if (inRange(list, address)) {
        members[list >>> 6] |= 1L << list;
      }
    }
  }
}
