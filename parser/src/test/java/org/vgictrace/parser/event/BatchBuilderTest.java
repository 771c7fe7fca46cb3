package org.vgictrace.parser.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchBuilderTest {
  private final Names names = new Names();
  private final List<String> seen = new ArrayList<>();
  private final BatchBuilder builder = new BatchBuilder(new BatchPool(names), this::describe);

  @Test
  void numbersEventsAndCountsSkippedOnes() throws IOException {
    builder.append(Kind.WFX, 10, 0, 1, 0, 0, 0, 0).put(1, 1);
    builder.skip();
    builder.append(Kind.LOST, 11, 1, -1, -1, -1, -1, 0);
    builder.flush();

    assertThat(seen).containsExactly("0 wfx ts=10 [null, 1]", "2 lost ts=11 [null]");
    assertThat(builder.seq()).isEqualTo(3);
  }

  @Test
  void takesEventsThatHaveNumbers() throws IOException {
    builder.appendAt(5, Kind.LOST, 11, 1, -1, -1, -1, -1, 0).put(0, 3);
    builder.append(Kind.LOST, 12, 1, -1, -1, -1, -1, 0);
    builder.flush();

    assertThat(seen).containsExactly("5 lost ts=11 [3]", "6 lost ts=12 [null]");
    assertThatThrownBy(() -> builder.appendAt(6, Kind.LOST, 13, 1, -1, -1, -1, -1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("event 6 after event 6");
  }

  @Test
  void takesEventsInBulk() throws IOException {
    builder.append(Kind.LOST, 1, 0, -1, -1, -1, -1, 0);
    byte[] kinds = {
      (byte) Kind.LOST.ordinal(), (byte) Kind.OTHER.ordinal(), (byte) Kind.LOST.ordinal()
    };
    Batch batch = builder.appendAll(kinds, 3);
    fill(batch.table(Kind.LOST), 7, 9);
    KindTable other = batch.table(Kind.OTHER);
    fill(other, 8);
    byte[] payload = "xabx".getBytes(StandardCharsets.UTF_8);
    other.putBytes(0, 1, payload, 1, 2);
    builder.flush();

    assertThat(seen)
        .containsExactly(
            "0 lost ts=1 [null]",
            "7 lost ts=70 [null]",
            "8 other ts=80 [null, ab]",
            "9 lost ts=90 [null]");
  }

  private static void fill(KindTable table, long... numbers) {
    assertThat(table.rows()).isEqualTo(numbers.length);
    for (int row = 0; row < numbers.length; row++) {
      table.seq()[row] = numbers[row];
      table.ts()[row] = numbers[row] * 10;
      table.present()[row] = 0;
    }
  }

  private void describe(Batch batch, BatchPool pool) {
    int[] cursors = new int[Kind.values().length];
    for (int i = 0; i < batch.size(); i++) {
      KindTable table = batch.table(batch.order()[i]);
      int row = cursors[batch.order()[i]]++;
      List<String> values = new ArrayList<>();
      for (int c = 0; c < table.kind().columns().size(); c++) {
        boolean text = table.kind().columns().get(c).type() == ColumnType.BYTES;
        values.add(
            !table.has(row, c)
                ? "null"
                : text ? table.text(row, c) : Long.toString(table.values(c)[row]));
      }
      seen.add(
          table.seq()[row]
              + " "
              + table.kind().tableName()
              + " ts="
              + table.ts()[row]
              + " "
              + values);
    }
    pool.recycle(batch);
  }
}
