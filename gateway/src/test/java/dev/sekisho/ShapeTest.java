package dev.sekisho;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Polices the tail of the sources, which habit does not: no very long file or method, no deep
 * nesting, no constructor with a dozen parameters. What must be larger is named, with its reason,
 * in shape-exceptions.txt beside this test; a line there for something that is not even near its
 * ceiling any more fails too.
 */
class ShapeTest {
  private static final Sources SOURCES = Sources.find();
  private static final Path EXCEPTIONS =
      Path.of("gateway/src/test/resources/dev/sekisho/shape-exceptions.txt");

  @Test
  void nothingIsLargerThanTheHouseAllowsUnlessNamedWithAReason() throws IOException {
    Map<String, String> excused = exceptions();
    TreeSet<String> unused = new TreeSet<>(excused.keySet());
    List<String> violations = new ArrayList<>();
    for (Shape.Violation violation : measure()) {
      if (excused.containsKey(violation.key())) {
        unused.remove(violation.key());
      } else if (violation.isOver()) {
        violations.add(violation.toString());
      }
    }
    assertThat(violations).as("too large; make it smaller, or name it in " + EXCEPTIONS).isEmpty();
    assertThat(unused).as("named in " + EXCEPTIONS + " without need").isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIsForAndChecksNull() {
    List<String> missing = new ArrayList<>();
    for (Path file : SOURCES.java()) {
      if (!file.toString().contains("src/main/java")) {
        continue;
      }
      Path info = file.resolveSibling("package-info.java");
      if (!SOURCES.root().resolve(info).toFile().isFile()) {
        missing.add(info + " is missing");
      } else if (!SOURCES.read(info).contains("@NullMarked")
          || !SOURCES.read(info).startsWith("/**")) {
        missing.add(info + " must open with a paragraph and be @NullMarked");
      }
    }
    assertThat(missing.stream().distinct()).isEmpty();
  }

  @Test
  void linesFitIntoOneHundredAndThirtyColumns() {
    List<String> wide = new ArrayList<>();
    // Tests may hold a message of a protocol in one literal, as wide as it is.
    for (Path file :
        SOURCES.java().stream()
            .filter(path -> path.toString().contains("src/main/java"))
            .toList()) {
      int number = 1;
      for (String line : SOURCES.read(file).split("\n", -1)) {
        if (line.length() > 130) {
          wide.add(file + ":" + number);
        }
        number++;
      }
    }
    assertThat(wide).isEmpty();
  }

  @Test
  void nothingIsLeftForLaterAndNoTestIsSkipped() {
    // Spelt in two halves, so that this file does not find itself.
    Pattern later =
        Pattern.compile(
            "\\b(TO"
                + "DO|FIX"
                + "ME|XX"
                + "X)\\b|@auth"
                + "or\\b|@Dis"
                + "abled\\b|\\bassu"
                + "me(True|False|That)\\b");
    List<String> found = new ArrayList<>();
    for (Path file : SOURCES.java()) {
      later
          .matcher(SOURCES.read(file))
          .results()
          .forEach(match -> found.add(file + ": " + match.group()));
    }
    assertThat(found).isEmpty();
  }

  private static List<Shape.Violation> measure() throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    List<Shape.Violation> violations = new ArrayList<>();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var paths = SOURCES.java().stream().map(SOURCES.root()::resolve).toList();
      var task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(paths));
      var positions = com.sun.source.util.Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        Path file = SOURCES.root().relativize(Path.of(unit.getSourceFile().toUri()));
        violations.addAll(new Shape(file.toString(), unit, positions).violations());
      }
    }
    return violations;
  }

  /** {@code path[#method] what: reason}, one a line; the key is all before the colon. */
  private static Map<String, String> exceptions() {
    Map<String, String> result = new TreeMap<>();
    for (String line : SOURCES.read(EXCEPTIONS).split("\n")) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int colon = line.indexOf(": ");
      assertThat(colon).as("a reason in the line: " + line).isPositive();
      result.put(line.substring(0, colon).strip(), line.substring(colon + 2).strip());
    }
    return result;
  }
}
