package org.vgictrace.cli;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessField;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

/** What the modules and packages promise each other; this module is the one that sees them all. */
@AnalyzeClasses(packages = "org.vgictrace", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  /** Packages whose code runs once per event or per line. */
  private static final String[] HOT = {
    "org.vgictrace.parser.event..",
    "org.vgictrace.parser.record..",
    "org.vgictrace.parser.tracedat..",
    "org.vgictrace.parser.perf..",
    "org.vgictrace.parser.ftracetext..",
    "org.vgictrace.parser.qemulog..",
    "org.vgictrace.parser.xentrace..",
    "org.vgictrace.replay.engine..",
    "org.vgictrace.replay.gic..",
    "org.vgictrace.replay.evtchn..",
    "org.vgictrace.replay.hw..",
    "org.vgictrace.replay.kvm..",
  };

  /** Classes of hot packages that read templates, metadata or a kernel release. */
  private static final String ONCE_PER_CAPTURE =
      ".*\\.(TemplateParser|TextHeader|CpuStats|MetadataReader|OptionReader|Profile)";

  @ArchTest
  static final ArchRule dataFlowsOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .withOptionalLayers(true)
          .layer("parser")
          .definedBy("org.vgictrace.parser..")
          .layer("replay")
          .definedBy("org.vgictrace.replay..")
          .layer("analysis")
          .definedBy("org.vgictrace.analysis..")
          .layer("cli")
          .definedBy("org.vgictrace.cli..")
          .whereLayer("parser")
          .mayNotAccessAnyLayer()
          .whereLayer("replay")
          .mayOnlyAccessLayers("parser")
          .whereLayer("analysis")
          .mayOnlyAccessLayers("parser", "replay")
          .because("bytes become tables, tables verdicts, verdicts reports; no module looks back");

  @ArchTest
  static final ArchRule fixturesStandAlone =
      noClasses()
          .that()
          .resideInAPackage("org.vgictrace.fixtures..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.vgictrace.parser..",
              "org.vgictrace.replay..",
              "org.vgictrace.analysis..",
              "org.vgictrace.cli..")
          .because("a parser tested with its own code proves nothing");

  @ArchTest
  static final ArchRule productionUsesNoFixtures =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.vgictrace.fixtures..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.vgictrace.fixtures..")
          .because("fixtures are for tests");

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices()
          .matching("org.vgictrace.(**)")
          .should()
          .beFreeOfCycles()
          .because("a package can be read and tested before those that use it");

  @ArchTest
  static final ArchRule hotPackagesUseNoRegularExpressions =
      noClasses()
          .that()
          .resideInAnyPackage(HOT)
          .and()
          .haveNameNotMatching(ONCE_PER_CAPTURE)
          .should(dependOnClassesThat(JavaClass.Predicates.resideInAPackage("java.util.regex")))
          .orShould(
              callMethodWhere(
                  target(owner(JavaClass.Predicates.type(String.class)))
                      .and(target(nameMatching("split|matches|replaceAll|replaceFirst")))))
          .because("on real captures a regular expression per line costs nine times the parse");

  @ArchTest
  static final ArchRule hotPackagesFormatNoText =
      noClasses()
          .that()
          .resideInAnyPackage(HOT)
          .should(
              callMethodWhere(
                  target(owner(JavaClass.Predicates.type(String.class)))
                      .and(target(nameMatching("format|formatted")))))
          .because("String.format allocates and interprets its pattern at every call");

  @ArchTest
  static final ArchRule onlyTheCommandTalksToTheTerminal =
      noClasses()
          .that()
          .resideInAnyPackage(
              "org.vgictrace.parser..", "org.vgictrace.replay..", "org.vgictrace.analysis..")
          .should(accessField(System.class, "out"))
          .orShould(accessField(System.class, "err"))
          .orShould(callMethod(System.class, "exit", int.class))
          .because("libraries return what they found; the command decides where it goes");

  @ArchTest
  static final ArchRule arrowStaysBehindTheTables =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.vgictrace.parser.table..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.arrow..")
          .because("Arrow's allocator needs Unsafe; it must stay replaceable");

  @ArchTest
  static final ArchRule packagesDeclareNullness =
      classes()
          .should(liveInANullMarkedPackage())
          .because("NullAway checks only packages whose package-info.java says @NullMarked");

  @ArchTest
  static final ArchRule publicFieldsAreFinal =
      fields()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat()
          .arePublic()
          .and()
          .areNotDeclaredIn("org.vgictrace.replay.engine.Event") // one view, moved along the rows
          .should()
          .beFinal()
          .because("state that others may write cannot be reasoned about");

  private static ArchCondition<JavaClass> liveInANullMarkedPackage() {
    return new ArchCondition<>("live in a package marked @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
        String message =
            type.getName() + (marked ? " is" : " is not") + " in a @NullMarked package";
        events.add(new SimpleConditionEvent(type, marked, message));
      }
    };
  }
}
