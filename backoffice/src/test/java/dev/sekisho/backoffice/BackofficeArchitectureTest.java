package dev.sekisho.backoffice;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/**
 * Holds the back office's arrows: of the gateway it may use the journal, the policy and the values,
 * and nothing that serves traffic.
 */
class BackofficeArchitectureTest {
  @Test
  void usesNothingOfTheGatewayThatTouchesTraffic() {
    var classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.sekisho.backoffice");
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.sekisho.app..",
            "dev.sekisho.console..",
            "dev.sekisho.data..",
            "dev.sekisho.identity..",
            "dev.sekisho.nat..",
            "dev.sekisho.scan..",
            "io.netty..")
        .check(classes);
  }
}
