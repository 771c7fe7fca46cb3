package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.parser.ftracetext.Texts.Outcome;

/** The text of the function_graph tracer, between whose calls events stand as comments. */
class GraphTextTest {
  private static final String TITLE = "# tracer: function_graph\n#\n";

  private static List<String> diagnostics(Outcome outcome) {
    return outcome.counts().diagnostics().stream().map(GraphTextTest::line).toList();
  }

  private static String line(Diagnostic each) {
    return each.code() + " at " + each.place() + ": " + each.message();
  }

  @Test
  void withTimeAndTask() {
    Outcome outcome =
        Texts.read(
            TITLE
                + """
                #     TIME        CPU  TASK/PID         DURATION                  FUNCTION CALLS
                #      |          |     |    |           |   |                     |   |   |   |
                   52.329353 |   0)    <idle>-0    |               |  /* kvm_entry: PC: 0x1 */
                 ------------------------------------------
                 0)    <idle>-0    =>   cpu/0-22
                 ------------------------------------------

                   52.329602 |   0)   cpu/0|-22    | ! 138.644 us  |  } /* schedule */
                   52.329727 |   1)     sh-114     |   6.559 us    |  __x64_sys_brk();
                   52.329728 |   1)     sh-114     |               |  vfs_read() {
                   52.329729 |   1)     sh-114     |               |    /* a marker, a-1 [000] 1.000000: x: */
                   52.329730 |   1)     sh-114     |   ==========> |
                """);
    assertThat(outcome.rows())
        .containsExactly(
            "52329353000 [0] <idle>/0 -:- vcpu_entry pc=0x1",
            "52329602000 [0] cpu/0|/22 -:- other name=\"funcgraph_exit\""
                + " payload=\"! 138.644 us  |  } /* schedule */\"",
            "52329727000 [1] sh/114 -:- other name=\"funcgraph_entry\""
                + " payload=\"6.559 us    |  __x64_sys_brk();\"",
            "52329728000 [1] sh/114 -:- other name=\"funcgraph_entry\" payload=\"vfs_read() {\"",
            "52329729000 [1] sh/114 -:- other name=\"(unnamed)\""
                + " payload=\"a marker, a-1 [000] 1.000000: x:\"");
    assertThat(outcome.counts().eventsByName())
        .hasToString(
            "{(unnamed)=1, ftrace:funcgraph_entry=2, ftrace:funcgraph_exit=1, kvm:kvm_entry=1}");
    assertThat(outcome.counts().unparsed()).isZero();
    assertThat(diagnostics(outcome)).isEmpty();
  }

  @Test
  void withTheFlagsOfTheLatencyFormat() {
    Outcome outcome =
        Texts.read(
            TITLE
                + """
                   52.329353 |   0)    <idle>-0    |  d..2. |               |  /* kvm_entry: PC: 0x1 */
                   52.329355 |   0)  dNh3 |               |  /* kvm_entry: PC: 0x3 */
                """);
    assertThat(outcome.rows())
        .containsExactly(
            "52329353000 [0] <idle>/0 1:2 vcpu_entry pc=0x1",
            "52329355000 [0] -/-1 2d:3 vcpu_entry pc=0x3");
  }

  @Test
  void withoutTimeIsCounted() {
    Outcome outcome =
        Texts.read(
            TITLE
                + """
                # CPU  DURATION                  FUNCTION CALLS
                 0)               |  /* kvm_entry: PC: 0x1 */
                 1)   0.559 us    |  __x64_sys_brk();
                 1)               |  no shape of it
                """);
    assertThat(outcome.rows()).isEmpty();
    assertThat(outcome.counts().events()).isEqualTo(2);
    assertThat(outcome.counts().eventsByName())
        .hasToString("{ftrace:funcgraph_entry=1, kvm:kvm_entry=1}");
    assertThat(diagnostics(outcome))
        .containsExactly(
            "function-graph-line at line 6: line of the function_graph tracer of no shape",
            "no-time at line 1: 2 records of the function_graph tracer have no time (its option"
                + " funcgraph-abstime is off); they are only counted");
  }
}
