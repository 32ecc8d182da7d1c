package dev.sekisho.policy;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.sekisho.config.Mark;
import dev.sekisho.config.Node;
import dev.sekisho.config.Problems;
import dev.sekisho.net.Cidr;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Compiles {@code when:} expressions. The language is CEL as it is defined, with its standard
 * macros; the names are those of {@link CelNames}, and two functions are added: {@code inCidr(ip,
 * "10.0.0.0/8")} and {@code inDomain(host, "example.com")}. An expression is bounded in length,
 * depth, regular expressions (which run in linear time) and turns of a loop.
 */
final class CelEnvironment {
  private static final CelOptions OPTIONS =
      CelOptions.current()
          .enableHeterogeneousNumericComparisons(true)
          .maxExpressionCodePointSize(8192)
          .maxParseRecursionDepth(64)
          .comprehensionMaxIterations(10_000)
          .maxRegexProgramSize(2_000)
          .build();

  private final CelCompiler compiler;
  private final CelRuntime runtime;
  private final CelTime time;

  CelEnvironment(ZoneId zone) {
    CelCompilerBuilder builder =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .setResultType(SimpleType.BOOL)
            .addFunctionDeclarations(twoTexts("inCidr"), twoTexts("inDomain"));
    for (CelNames name : CelNames.values()) {
      builder.addVar(name.text(), name.type());
    }
    this.compiler = builder.build();
    this.runtime =
        CelRuntimeFactory.plannerRuntimeBuilder()
            .setOptions(OPTIONS)
            .addFunctionBindings(binding("inCidr", CelEnvironment::inCidr))
            .addFunctionBindings(binding("inDomain", CelEnvironment::inDomain))
            .build();
    this.time = new CelTime(zone);
  }

  private static CelFunctionDecl twoTexts(String name) {
    return CelFunctionDecl.newFunctionDeclaration(
        name,
        CelOverloadDecl.newGlobalOverload(
            name + "_string_string", SimpleType.BOOL, SimpleType.STRING, SimpleType.STRING));
  }

  private static Iterable<CelFunctionBinding> binding(
      String name, CelFunctionOverload.Binary<String, String> function) {
    return CelFunctionBinding.fromOverloads(
        name,
        CelFunctionBinding.from(name + "_string_string", String.class, String.class, function));
  }

  private static boolean inCidr(String address, String range) {
    try {
      return Cidr.parse(range).contains(IpAddress.parse(address));
    } catch (MalformedException e) {
      throw new IllegalArgumentException(e.reason(), e);
    }
  }

  private static boolean inDomain(String host, String domain) {
    String below = domain.startsWith(".") ? domain.substring(1) : domain;
    String name = below.toLowerCase(Locale.ROOT);
    return host.equals(name)
        || (host.endsWith(name)
            && host.length() > name.length()
            && host.charAt(host.length() - name.length() - 1) == '.');
  }

  /**
   * The expression ready to be evaluated; empty, with every problem reported where it stands, when
   * it is not a condition.
   */
  Optional<WhenLeaf> compile(String source, Node node, Problems problems) {
    CelValidationResult result = compiler.compile(source);
    if (result.hasError()) {
      for (CelIssue issue : result.getErrors()) {
        problems.error(mark(node, source, issue), "when: " + message(issue) + position(issue));
      }
      return Optional.empty();
    }
    try {
      CelAbstractSyntaxTree tree = result.getAst();
      return Optional.of(
          new WhenLeaf(source.strip(), runtime.createProgram(tree), names(tree), time));
    } catch (CelValidationException | CelEvaluationException | RuntimeException e) {
      problems.error(node.mark(), "when: this expression cannot be used: " + e.getMessage() + ".");
      return Optional.empty();
    }
  }

  private static Set<CelNames> names(CelAbstractSyntaxTree tree) {
    Set<CelNames> names = EnumSet.noneOf(CelNames.class);
    tree.getReferenceMap()
        .values()
        .forEach(reference -> CelNames.find(reference.name()).ifPresent(names::add));
    return names;
  }

  private static String message(CelIssue issue) {
    String hint =
        issue.getMessage().startsWith("undeclared reference")
            ? "; known names: " + String.join(", ", CelNames.texts())
            : "";
    return issue.getMessage() + hint;
  }

  private static String position(CelIssue issue) {
    return " (line "
        + issue.getSourceLocation().getLine()
        + ", column "
        + (issue.getSourceLocation().getColumn() + 1)
        + " of the expression).";
  }

  /**
   * The place in the file: exact in an expression on the line of its key, the line alone in a
   * block.
   */
  private static Mark mark(Node node, String source, CelIssue issue) {
    Mark start = node.mark();
    int line = issue.getSourceLocation().getLine();
    if (source.indexOf('\n') >= 0) {
      return new Mark(start.file(), start.line() + Math.max(1, line), 0);
    }
    int quote = node instanceof Node.Scalar scalar && scalar.quoted() ? 1 : 0;
    return new Mark(
        start.file(),
        start.line(),
        start.column() + quote + Math.max(0, issue.getSourceLocation().getColumn()));
  }
}
