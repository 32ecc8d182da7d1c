package dev.sekisho;

import com.sun.source.tree.CatchTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.DoWhileLoopTree;
import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ForLoopTree;
import com.sun.source.tree.IfTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TryTree;
import com.sun.source.tree.WhileLoopTree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Measures one source file with the compiler's own parser. A method runs from its signature (its
 * comment and annotations are not counted) to its closing brace. Nesting counts if, loops, switch
 * and try; {@code else if} goes on at the depth of its if, and classes and methods within start
 * again at none. The canonical constructor of a record lists its parts and is not counted.
 */
final class Shape extends TreeScanner<@Nullable Void, Integer> {
  private static final int FILE_LINES = 500;
  private static final int METHOD_LINES = 60;
  private static final int NESTING = 3;
  private static final int PARAMETERS = 6;

  /** One measure above its ceiling, or near it. */
  record Violation(String place, String what, int measured, int ceiling) {
    boolean isOver() {
      return measured > ceiling;
    }

    /** As it is written in the list of exceptions. */
    String key() {
      return place + " " + what;
    }

    @Override
    public String toString() {
      return key() + ": " + measured + ", at most " + ceiling;
    }
  }

  private final String file;
  private final CompilationUnitTree unit;
  private final SourcePositions positions;
  private final List<Violation> violations = new ArrayList<>();
  private final Deque<String> methods = new ArrayDeque<>();
  private final Deque<ClassTree> classes = new ArrayDeque<>();

  Shape(String file, CompilationUnitTree unit, SourcePositions positions) {
    this.file = file;
    this.unit = unit;
    this.positions = positions;
  }

  List<Violation> violations() {
    scan(unit, 0);
    int lines =
        (int) unit.getLineMap().getLineNumber(Math.max(0, positions.getEndPosition(unit, unit)));
    check(file, "file-lines", lines, FILE_LINES);
    return violations;
  }

  @Override
  public @Nullable Void visitClass(ClassTree node, Integer depth) {
    classes.push(node);
    super.visitClass(node, 0);
    classes.pop();
    return null;
  }

  @Override
  public @Nullable Void visitMethod(MethodTree node, Integer depth) {
    ClassTree owner = classes.getFirst();
    boolean constructor = node.getReturnType() == null;
    String name = constructor ? owner.getSimpleName().toString() : node.getName().toString();
    String place = file + "#" + name;
    methods.push(place);
    if (node.getBody() != null) {
      long signature =
          node.getReturnType() == null
              ? positions.getStartPosition(unit, node.getBody())
              : positions.getStartPosition(unit, node.getReturnType());
      check(
          place,
          "method-lines",
          line(positions.getEndPosition(unit, node)) - line(signature) + 1,
          METHOD_LINES);
    }
    if (constructor && owner.getKind() != Tree.Kind.RECORD) {
      check(place, "parameters", node.getParameters().size(), PARAMETERS);
    }
    super.visitMethod(node, 0);
    methods.pop();
    return null;
  }

  @Override
  public @Nullable Void visitIf(IfTree node, Integer depth) {
    int inside = deeper(depth);
    scan(node.getCondition(), depth);
    scan(node.getThenStatement(), inside);
    Tree otherwise = node.getElseStatement();
    return scan(otherwise, otherwise instanceof IfTree ? depth : Integer.valueOf(inside));
  }

  @Override
  public @Nullable Void visitForLoop(ForLoopTree node, Integer depth) {
    return super.visitForLoop(node, deeper(depth));
  }

  @Override
  public @Nullable Void visitEnhancedForLoop(EnhancedForLoopTree node, Integer depth) {
    return super.visitEnhancedForLoop(node, deeper(depth));
  }

  @Override
  public @Nullable Void visitWhileLoop(WhileLoopTree node, Integer depth) {
    return super.visitWhileLoop(node, deeper(depth));
  }

  @Override
  public @Nullable Void visitDoWhileLoop(DoWhileLoopTree node, Integer depth) {
    return super.visitDoWhileLoop(node, deeper(depth));
  }

  @Override
  public @Nullable Void visitSwitch(SwitchTree node, Integer depth) {
    return super.visitSwitch(node, deeper(depth));
  }

  @Override
  public @Nullable Void visitSwitchExpression(SwitchExpressionTree node, Integer depth) {
    return super.visitSwitchExpression(node, deeper(depth));
  }

  @Override
  public @Nullable Void visitTry(TryTree node, Integer depth) {
    int inside = deeper(depth);
    scan(node.getResources(), inside);
    scan(node.getBlock(), inside);
    for (CatchTree handler : node.getCatches()) {
      scan(handler, inside);
    }
    return scan(node.getFinallyBlock(), inside);
  }

  private int deeper(int depth) {
    check(methods.isEmpty() ? file : methods.getFirst(), "nesting", depth + 1, NESTING);
    return depth + 1;
  }

  private void check(String place, String what, int measured, int ceiling) {
    if (measured > ceiling - ceiling / 10) {
      violations.removeIf(known ->
          known.place().equals(place) && known.what().equals(what) && known.measured() <= measured);
      violations.add(new Violation(place, what, measured, ceiling));
    }
  }

  private int line(long position) {
    return (int) unit.getLineMap().getLineNumber(position);
  }
}
