package dev.sekisho.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads YAML 1.2 into {@link Node}s, so that every later message can name a line and a column. */
public final class YamlFile {
  private static final int DEEPEST = 100;

  private YamlFile() {}

  /**
   * The file's top mapping; empty, with the problem reported, when it cannot be read or is not
   * YAML.
   */
  public static Optional<Node.Mapping> read(Path path, Problems problems) {
    String name = path.toString();
    try {
      return text(name, Files.readAllBytes(path), problems)
          .flatMap(text -> parse(name, text, problems));
    } catch (NoSuchFileException _) {
      problems.error(Mark.file(name), "cannot be read: there is no such file.");
      return Optional.empty();
    } catch (AccessDeniedException _) {
      problems.error(Mark.file(name), "cannot be read: this user may not.");
      return Optional.empty();
    } catch (IOException e) {
      problems.error(
          Mark.file(name),
          "cannot be read (" + e.getClass().getSimpleName() + "): " + e.getMessage() + ".");
      return Optional.empty();
    }
  }

  public static Optional<Node.Mapping> parse(String name, String text, Problems problems) {
    try {
      LoadSettings settings =
          LoadSettings.builder()
              .setLabel(name)
              .setUseMarks(true)
              .setAllowDuplicateKeys(false)
              .setMaxAliasesForCollections(50)
              .build();
      if (!composable(name, text, settings, problems)) {
        return Optional.empty();
      }
      var root = new Compose(settings).composeReader(new StringReader(text));
      if (root.isEmpty()) {
        return Optional.of(new Node.Mapping(Mark.file(name), Map.of(), Map.of()));
      }
      Node node = convert(name, root.get(), problems);
      if (node instanceof Node.Mapping mapping) {
        return Optional.of(mapping);
      }
      if (node instanceof Node.Scalar scalar && scalar.isNull()) {
        return Optional.of(new Node.Mapping(Mark.file(name), Map.of(), Map.of()));
      }
      problems.error(
          node.mark(), "the file must be a mapping of sections, not " + node.kind() + ".");
    } catch (MarkedYamlEngineException e) {
      problems.error(
          e.getProblemMark().map(m -> mark(name, m)).orElse(Mark.file(name)),
          "this is not YAML: " + e.getProblem() + ".");
    } catch (ReaderException e) {
      problems.error(
          at(name, text.substring(0, Math.min(text.length(), e.getPosition()))),
          String.format(
              "expected text, found the character U+%04X, which YAML does not have.",
              e.getCodePoint()));
    } catch (YamlEngineException e) {
      problems.error(Mark.file(name), "this is not YAML: " + e.getMessage() + ".");
    }
    return Optional.empty();
  }

  /** The text, or empty when it is not UTF-8. */
  private static Optional<String> text(String name, byte[] bytes, Problems problems) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CoderResult result = decoder.decode(in, out, true);
    String text = out.flip().toString();
    if (result.isError()) {
      problems.error(at(name, text), "expected UTF-8, found a byte that is none.");
      return Optional.empty();
    }
    return Optional.of(text);
  }

  /** The place behind this text. */
  private static Mark at(String name, String before) {
    int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
    return new Mark(name, line, before.length() - before.lastIndexOf('\n'));
  }

  /**
   * Whether it can be walked through: what is nested without end, or contains itself, would be an
   * overflow of the stack and not a message.
   */
  private static boolean composable(
      String name, String text, LoadSettings settings, Problems problems) {
    Deque<Optional<Anchor>> open = new ArrayDeque<>();
    for (Event event : new Parse(settings).parseString(text)) {
      Mark mark = event.getStartMark().map(m -> mark(name, m)).orElse(Mark.file(name));
      if (event instanceof CollectionStartEvent start) {
        open.push(start.getAnchor());
        if (open.size() > DEEPEST) {
          problems.error(mark, "expected at most " + DEEPEST + " levels, found more.");
          return false;
        }
      } else if (event instanceof CollectionEndEvent) {
        open.pop();
      } else if (event instanceof AliasEvent alias
          && open.contains(Optional.of(alias.getAlias()))) {
        problems.error(mark, "the alias *" + alias.getAlias() + " stands inside what it means.");
        return false;
      }
    }
    return true;
  }

  private static Node convert(
      String name, org.snakeyaml.engine.v2.nodes.Node node, Problems problems) {
    Mark mark = node.getStartMark().map(m -> mark(name, m)).orElse(Mark.file(name));
    return switch (node) {
      case ScalarNode scalar ->
          new Node.Scalar(mark, scalar.getValue(), scalar.getScalarStyle() != ScalarStyle.PLAIN);
      case SequenceNode sequence -> {
        List<Node> items = new ArrayList<>();
        for (var item : sequence.getValue()) {
          items.add(convert(name, item, problems));
        }
        yield new Node.Sequence(mark, List.copyOf(items));
      }
      case MappingNode mapping -> convertMapping(name, mapping, mark, problems);
      default -> throw new IllegalStateException("unexpected YAML node " + node.getNodeType());
    };
  }

  private static Node.Mapping convertMapping(
      String name, MappingNode mapping, Mark mark, Problems problems) {
    Map<String, Node> values = new LinkedHashMap<>();
    Map<String, Mark> marks = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Node key = convert(name, tuple.getKeyNode(), problems);
      if (!(key instanceof Node.Scalar scalar)) {
        problems.error(key.mark(), "a key must be a plain word, not " + key.kind() + ".");
        continue;
      }
      @Nullable Node before =
          values.put(scalar.text(), convert(name, tuple.getValueNode(), problems));
      if (before != null) {
        problems.error(
            key.mark(),
            "the key '"
                + scalar.text()
                + "' is given twice; the first one is at "
                + before.mark()
                + ".");
      }
      marks.put(scalar.text(), key.mark());
    }
    return new Node.Mapping(mark, values, marks);
  }

  private static Mark mark(String name, org.snakeyaml.engine.v2.exceptions.Mark mark) {
    return new Mark(name, mark.getLine() + 1, mark.getColumn() + 1);
  }
}
