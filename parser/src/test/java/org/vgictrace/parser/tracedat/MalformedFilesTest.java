package org.vgictrace.parser.tracedat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.diag.InputException;

/** One defect each, in a file of 377 records: 191 of CPU 0, 186 of CPU 1. */
class MalformedFilesTest {
  private static final String ALL = "{0=191, 1=186}";

  /** Events per CPU, pieces that could not be read, and what was said about the defect. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          b02-v6-truncated-table            | {}      | 0 | ERROR cpu-table at byte 39010: table of 2 CPUs ends after 0: needs 8 bytes where 4 are
          b05-usize-4gib-bomb               | ALL     | 0 | ERROR section at byte 1905: section event formats cannot be used: claims to be 4294967280 bytes made of 3754 compressed ones
          b07-chunk-count-huge              | ALL     | 0 | ERROR chunk-count at byte 12288: 4294967295 chunks do not fit into 2165 bytes
          b08-chunk-csize-huge              | {}      | 2 | ERROR chunk at byte 12292: chunk of 2147483647 bytes where 2157 are left
          b10-chunk-usize-huge              | ALL     | 2 | ERROR chunk at byte 12292: chunk has 8192 bytes, not 2147479552
          b11-cpu-id-huge                   | {0=191} | 1 | ERROR cpu-data at byte 49152: CPU 2147483647 cannot be read: number is not that of a CPU
          b13-cpu-count-huge                | ALL     | 0 | ERROR cpu-count at byte 57366: buffer lists 4294967295 CPUs in the space of 2
          b14-cpu-offset-past-end           | {1=186} | 1 | ERROR cpu-data at byte 1099511627776: CPU 0 cannot be read: data lie outside the file
          b16-bufpage-zero                  | ALL     | 0 | WARNING sub-buffer-size at byte 0: buffer '' has pages of 0 bytes; 4096 are assumed
          b17-bufpage-odd                   | ALL     | 0 | WARNING sub-buffer-size at byte 0: buffer '' has pages of 12345 bytes; 4096 are assumed
          b19-commit-flags-stored-no-room   | ALL     | 0 | WARNING lost-count at byte 40960: CPU 0: page has no room for the number of lost events that it should have
          b20-record-len-zero               | {0=103, 1=186} | 1 | ERROR page-record at byte 40976: CPU 0: record of length 0 does not fit into its page
          b22-record-past-commit            | {0=103, 1=186} | 1 | ERROR page-record at byte 40976: CPU 0: record runs past the end of its page
          b23-padding-len-zero              | {0=103, 1=186} | 1 | ERROR page-record at byte 40976: CPU 0: discarded record of length 0
          b25-unknown-event-id              | ALL     | 0 | WARNING unknown-event at byte 40980: records with id 65534 are of an event without a format
          b26-cpustat-size-zero             | ALL     | 0 | WARNING option at byte 57602: option CPUSTAT has no statistics; ignored
          b28-time-shift-equal-times        | ALL     | 0 | WARNING option at byte 57602: option TIME_SHIFT has 1 samples of equal time; the first counts
          b29-guest-cpu-count-huge          | ALL     | 0 | WARNING option at byte 57602: option GUEST lists 4294967295 CPUs in 0 bytes; ignored
          b31-section-id-mismatch           | ALL     | 0 | ERROR section at byte 26: section event formats cannot be used: section has id 0, not 18
          b34-date-no-nul                   | ALL     | 0 | WARNING option at byte 57602: option DATE is not a number in range; ignored
          b35-hook-bad                      | ALL     | 0 | WARNING option at byte 57602: option HOOK is not a pair of events; ignored
          b43-field-size-huge               | ALL     | 0 | WARNING event-format at byte 12468: field x of kvm:kvm_exit has offset 8 and size 4294967295; it is left out
          b44-longsize-3                    | ALL     | 0 | WARNING long-size at byte 0: user-space long of 3 bytes; not used
          """)
  void readsAllButTheDamage(String name, String events, long unparsed, String diagnostic)
      throws IOException {
    Rows rows = Rows.of(file(name));
    assertThat(rows.counts().eventsByCpu().toString()).isEqualTo(events.replace("ALL", ALL));
    assertThat(rows.counts().unparsed()).isEqualTo(unparsed);
    assertThat(rows.diagnostics()).contains(diagnostic);
  }

  /** Print formats are not evaluated, and a field without a column is not read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "b37-dataloc-outside",
        "b38-fmt-deep-nesting",
        "b40-fmt-width-huge",
        "b41-fmt-missing-args"
      })
  void doesNotMindWhatItDoesNotUse(String name) throws IOException {
    Rows rows = Rows.of(file(name));
    assertThat(rows.counts().eventsByCpu().toString()).isEqualTo(ALL);
    assertThat(rows.counts().diagnosticCounts()).containsOnlyKeys("unknown-event");
  }

  /** The cut is in the second CPU's data, before all options. */
  @Test
  void rescuesAFileThatWasCutOff() throws IOException {
    Rows rows = Rows.of(file("b01-truncated"));
    assertThat(rows.counts().eventsByCpu().toString()).isEqualTo("{0=191, 1=72}");
    assertThat(rows.counts().diagnosticCounts())
        .containsOnlyKeys("options-chain", "cpu-table", "page-cut", "page-record", "unknown-event");
    Set<String> whole = new TreeSet<>();
    Rows.of(file("ok-v7-none")).lines().forEach(line -> whole.add(line.replaceFirst("\\d+ ", "")));
    assertThat(rows.lines())
        .allSatisfy(line -> assertThat(whole).contains(line.replaceFirst("\\d+ ", "")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          b04-options-offset-huge | at byte 29: options section at 4611686018427387904 lies outside the file of 18826 bytes
          b32-unknown-compression | at byte 18: compression 'lz99' is not supported
          """)
  void refusesWhatCannotBeRead(String name, String reason) {
    Path file = file(name);
    assertThatThrownBy(() -> Rows.of(file))
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": " + reason);
  }

  private static Path file(String name) {
    return Shipped.root().resolve("malformed").resolve(name + ".dat.zst");
  }
}
