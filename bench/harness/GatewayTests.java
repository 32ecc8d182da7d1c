package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The gateway's own benchmarks: they look inside packages, so they stand in its test tree and run
 * from there.
 */
final class GatewayTests {
  private GatewayTests() {}

  /**
   * Runs a class of the test tree, or of the libraries it has, with the JVM options of the gateway,
   * on both cores.
   */
  static String run(Testbed bed, String mainClass, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + bed.repository.resolve("deploy/jvm.options"),
                "-cp",
                classPath(bed),
                mainClass));
    command.addAll(Arrays.asList(arguments));
    return bed.run(Testbed.Core.BOTH, Account.OURS, command);
  }

  /**
   * Compiles the test tree and asks Maven for its class path, once in a run, whatever comes of it.
   */
  private static String classPath(Testbed bed) throws IOException, InterruptedException {
    Path file = bed.folder.resolve("test.classpath");
    Path failed = bed.folder.resolve("test.failed");
    if (Files.exists(failed)) {
      throw new IOException(Files.readString(failed));
    }
    if (!Files.exists(file)) {
      try {
        bed.run(Testbed.Core.BOTH, Account.OURS, compilation(file));
      } catch (IOException e) {
        Files.writeString(failed, "the gateway's test tree does not compile (see above)");
        throw e;
      }
    }
    Path target = bed.repository.resolve("gateway/target");
    return target.resolve("test-classes")
        + ":"
        + target.resolve("classes")
        + ":"
        + Files.readString(file).strip();
  }

  /**
   * Maven and the compiler it starts run on the JDK that runs this, with what the Makefile gives
   * them.
   */
  private static List<String> compilation(Path classPathFile) {
    return List.of(
        "env",
        "JAVA_HOME=" + System.getProperty("java.home"),
        "MAVEN_OPTS=--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED",
        "mvn",
        "-q",
        "-B",
        "-Dstyle.color=never",
        "-pl",
        "gateway",
        "test-compile",
        "dependency:build-classpath",
        "-Dmdep.includeScope=test",
        "-Dmdep.outputFile=" + classPathFile);
  }
}
