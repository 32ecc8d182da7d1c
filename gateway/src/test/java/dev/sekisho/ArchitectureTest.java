package dev.sekisho;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.sekisho.net.Host;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds the arrows between capabilities: who may use whom, which library may be seen from where,
 * and what the pure cores must not touch. A new capability gets its line in {@link #ARROWS} before
 * its first class.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.sekisho";

  /**
   * What is shipped: the classes that lie where this one lies, so that tests are not among them.
   */
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importUrl(Host.class.getProtectionDomain().getCodeSource().getLocation());

  /** Capability to the other capabilities it may use. Nothing else of ours may be used by it. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("net", Set.of()),
          Map.entry("config", Set.of()),
          Map.entry("policy", Set.of("net", "config")),
          Map.entry("identity", Set.of("net", "config")),
          Map.entry("scan", Set.of("net", "config")),
          Map.entry("journal", Set.of("net", "config")),
          Map.entry("nat", Set.of("policy", "net", "config")),
          Map.entry("data", Set.of("policy", "identity", "scan", "journal", "net", "config")),
          Map.entry(
              "console",
              Set.of("data", "nat", "policy", "identity", "scan", "journal", "net", "config")),
          Map.entry(
              "app",
              Set.of(
                  "console",
                  "data",
                  "nat",
                  "policy",
                  "identity",
                  "scan",
                  "journal",
                  "net",
                  "config")));

  /**
   * Library to the packages that may see it. Everything that is not the JDK's or ours must be named
   * here.
   */
  private static final Map<String, List<String>> LIBRARIES =
      Map.ofEntries(
          Map.entry("org.jspecify", List.of("")),
          Map.entry("io.netty", List.of(".data", ".console", ".app")),
          Map.entry("dev.cel", List.of(".policy")),
          Map.entry("com.google.protobuf", List.of(".policy")),
          Map.entry("com.google.common", List.of(".policy")),
          Map.entry("org.snakeyaml", List.of(".config")),
          Map.entry("tools.jackson", List.of(".journal", ".console", ".app")),
          Map.entry("com.fasterxml.jackson.annotation", List.of(".console")),
          Map.entry("com.sun.net.httpserver", List.of(".console")),
          Map.entry("sun.misc", List.of(".app")),
          Map.entry("picocli", List.of(".app")),
          Map.entry("org.brotli", List.of(".scan")),
          Map.entry("com.github.benmanes.caffeine", List.of(".data", ".policy", ".identity")),
          Map.entry("at.favre.lib", List.of(".identity")),
          Map.entry("io.prometheus", List.of(".console", ".app")),
          Map.entry(
              "org.slf4j",
              List.of(".journal", ".data", ".console", ".app", ".nat", ".identity", ".scan")),
          Map.entry("ch.qos.logback", List.of(".app")));

  /**
   * The parts that decide without touching the world. Lists are fetched by URL in a package of
   * their own, named here.
   */
  private static final String[] PURE = {ROOT + ".policy..", ROOT + ".data.exchange.."};

  private static final String LIST_FETCHING = ROOT + ".policy.list..";

  @Test
  void everyCapabilityUsesOnlyWhatItsLineAllows() {
    for (var arrow : ARROWS.entrySet()) {
      String[] others =
          ARROWS.keySet().stream()
              .filter(other -> !other.equals(arrow.getKey()) && !arrow.getValue().contains(other))
              .map(ArchitectureTest::capability)
              .toArray(String[]::new);
      if (others.length > 0) {
        noClasses()
            .that()
            .resideInAPackage(capability(arrow.getKey()))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(others)
            .because(
                "the arrows point one way: "
                    + arrow.getKey()
                    + " may use "
                    + new TreeSet<>(arrow.getValue()))
            .allowEmptyShould(true)
            .check(CLASSES);
      }
    }
  }

  @Test
  void everyClassBelongsToACapabilityThatHasALine() {
    Set<String> strays = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      String below = type.getPackageName().substring(ROOT.length());
      String first = below.isEmpty() ? "" : below.substring(1).split("\\.", 2)[0];
      if (!first.isEmpty() && !ARROWS.containsKey(first)) {
        strays.add(type.getName());
      }
    }
    assertThat(strays).isEmpty();
  }

  @Test
  void noCapabilityUsesItselfInACircle() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    slices().matching(ROOT + ".data.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void everyLibraryIsSeenOnlyFromWhereItIsNeeded() {
    for (var library : LIBRARIES.entrySet()) {
      String[] allowed =
          library.getValue().stream().map(name -> ROOT + name + "..").toArray(String[]::new);
      noClasses()
          .that(DescribedPredicate.not(resideInAnyPackage(allowed)))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(library.getKey() + "..")
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  @Test
  void noLibraryIsUsedThatIsNotNamedHere() {
    Set<String> unnamed = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      type.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(target -> !target.isPrimitive() && !isKnown(target.getPackageName()))
          .forEach(target -> unnamed.add(type.getName() + " uses " + target.getName()));
    }
    assertThat(unnamed).isEmpty();
  }

  @Test
  void thePureCoresTouchNoNetworkAndNoLogger() {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .and(DescribedPredicate.not(resideInAPackage(LIST_FETCHING)))
        .should()
        .dependOnClassesThat(isNetworkOrLogger())
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void listFetchingMayUseTheHttpClientButNoSocketAndNoLogger() {
    noClasses()
        .that()
        .resideInAPackage(LIST_FETCHING)
        .should()
        .dependOnClassesThat(
            isNetworkOrLogger().and(DescribedPredicate.not(resideInAPackage("java.net.http.."))))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void thePureCoresAreToldTheTimeAndNeverAskForIt() {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .accessTargetWhere(asksForTheTime())
        .orShould()
        .dependOnClassesThat(named("java.time.Clock"))
        .orShould()
        .dependOnClassesThat(named("java.time.InstantSource"))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void namesSayWhatAClassIs() {
    noClasses()
        .that(alwaysTrue())
        .should()
        .haveNameMatching(
            ".*\\.([A-Za-z0-9$]*(Util|Utils|Helper|Helpers|Manager|Impl)|(Abstract|Base)[A-Z][A-Za-z0-9]*)")
        .orShould()
        .resideInAnyPackage(
            "..util..",
            "..utils..",
            "..common..",
            "..manager..",
            "..helper..",
            "..impl..",
            "..model..",
            "..dto..")
        .check(CLASSES);
  }

  @Test
  void nothingStaticCanBeChanged() {
    fields().that().areStatic().should().beFinal().check(CLASSES);
  }

  private static String capability(String name) {
    return ROOT + "." + name + "..";
  }

  private static boolean isKnown(String name) {
    if (name.startsWith("java.")
        || name.startsWith("jdk.")
        || name.startsWith("javax.")
        || name.isEmpty()) {
      return true;
    }
    return isBelow(name, ROOT)
        || LIBRARIES.keySet().stream().anyMatch(library -> isBelow(name, library));
  }

  private static boolean isBelow(String name, String top) {
    return name.equals(top) || name.startsWith(top + ".");
  }

  /**
   * Values of java.net that do no input or output are allowed: URI and the percent-coders.
   * FileChannel is no socket.
   */
  private static DescribedPredicate<JavaClass> isNetworkOrLogger() {
    Set<String> values =
        Set.of(
            "java.net.URI",
            "java.net.URISyntaxException",
            "java.net.URLDecoder",
            "java.net.URLEncoder");
    return DescribedPredicate.describe(
        "are sockets, selectors, Netty or a logger",
        type -> {
          String name = type.getName();
          if (name.startsWith("java.net.")) {
            return !values.contains(name);
          }
          if (name.startsWith("java.nio.channels.")) {
            return name.matches(
                ".*(Socket|Selector|Selection|Datagram|Network|Pipe|AsynchronousChannelGroup).*");
          }
          return Stream.of("io.netty", "org.slf4j", "java.util.logging", "javax.net")
                  .anyMatch(top -> isBelow(name, top))
              || name.equals("java.lang.System$Logger")
              || name.equals("java.lang.Process")
              || name.equals("java.lang.ProcessBuilder");
        });
  }

  private static DescribedPredicate<JavaAccess<?>> asksForTheTime() {
    return DescribedPredicate.describe(
        "asks for the time",
        access -> {
          String owner = access.getTargetOwner().getName();
          String name = access.getTarget().getName();
          if (owner.equals("java.lang.System")) {
            return name.equals("currentTimeMillis") || name.equals("nanoTime");
          }
          return owner.startsWith("java.time.") && name.equals("now");
        });
  }

  private static DescribedPredicate<JavaClass> named(String name) {
    return DescribedPredicate.describe("are " + name, type -> type.getName().equals(name));
  }
}
