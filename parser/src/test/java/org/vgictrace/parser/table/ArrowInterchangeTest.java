package org.vgictrace.parser.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.ToolVersion;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.table.Converted.Way;

/** Files go to and come from Arrow's own implementation. Its allocator must be empty at the end. */
class ArrowInterchangeTest {
  /** Separates cells; no text has it. */
  private static final String BAR = "\u00a6";

  /** Stands for null; no text is like it. */
  private static final String NULL = "(null)";

  @TempDir Path temp;
  private BufferAllocator allocator;

  @BeforeEach
  void open() {
    allocator = new RootAllocator();
  }

  @AfterEach
  void close() {
    allocator.close();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CSV")
  void arrowReadsOurFiles(Way way) throws IOException {
    Path directory = Converted.write(new SmallCapture(), temp.resolve("out"), way);

    assertThat(read(directory.resolve("host_irq.arrow")))
        .containsExactly(
            "{vgictrace.clock=mono_raw, vgictrace.doc=A host interrupt handler runs.,"
                + " vgictrace.table=host_irq, vgictrace.time_unit=ns, vgictrace.version="
                + ToolVersion.text()
                + "}",
            "seq: Int(64, true) not null",
            "ts: Int(64, true) not null",
            "cpu: Int(32, true)",
            "pid: Int(32, true)",
            "comm: Utf8[dictionary: 4]",
            "flags: Int(8, false)",
            "preempt: Int(8, false)",
            "buffer: Utf8[dictionary: 7] not null",
            "irq: Int(32, true)",
            "name: Utf8[dictionary: 9]",
            "point: Utf8[dictionary: 10]",
            "ret: Int(32, true)",
            "3|1200|1|0|-bash|(null)|(null)|vgic, \"2\"|-5|=cmd()|entry|(null)".replace("|", BAR),
            "4|1210|1|0|-bash|255|0||(null)||exit|1".replace("|", BAR));
    assertThat(read(directory.resolve("order.arrow")))
        .contains("seq: Int(64, true) not null", "kind: Utf8[dictionary: 1] not null")
        .endsWith(
            "0\u00a6vcpu_exit",
            "1\u00a6mmio",
            "3\u00a6host_irq",
            "4\u00a6host_irq",
            "5\u00a6lost",
            "6\u00a6other");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CSV")
  void arrowReadsManyRecordBatches(Way way) throws IOException {
    RandomCapture capture = new RandomCapture(21, 120_000);
    Path directory = Converted.write(capture, temp.resolve("out"), way);
    List<String> expected = new ArrayList<>();
    for (String line : Rows.of(capture, Set.of(Kind.LOST, Kind.VCPU_ENTRY))) {
      String[] words = line.split(" ", 4);
      if (words[1].equals("vcpu_entry")) {
        expected.add(words[0] + BAR + words[2].substring(3));
      }
    }
    List<String> found = new ArrayList<>();
    for (String line : read(directory.resolve("vcpu_entry.arrow"))) {
      String[] cells = line.split(BAR, 3);
      if (cells.length == 3) {
        found.add(cells[0] + BAR + cells[1]);
      }
    }
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(CompressionUtil.CodecType.class)
  void weReadArrowsFiles(CompressionUtil.CodecType codec) throws IOException {
    RandomCapture capture = new RandomCapture(22, 3_000);
    Path directory = Converted.write(capture, temp.resolve("out"), Way.ARROW);
    List<String> expected = Rows.of(capture, Set.of(Kind.WFX));

    rewrite(directory.resolve("wfx.arrow"), codec);

    try (Capture copy = Captures.open(directory)) {
      assertThat(Rows.of(copy, Set.of(Kind.WFX))).isEqualTo(expected);
    }
  }

  /** Schema and rows as text. */
  private List<String> read(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file);
        ArrowFileReader reader =
            new ArrowFileReader(channel, allocator, CommonsCompressionFactory.INSTANCE)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      lines.add(new TreeMap<>(root.getSchema().getCustomMetadata()).toString());
      while (reader.loadNextBatch()) {
        List<FieldVector> decoded = new ArrayList<>();
        for (FieldVector vector : root.getFieldVectors()) {
          decoded.add(decoded(vector, reader));
        }
        if (lines.size() == 1) {
          decoded.forEach(vector -> lines.add(describe(root, vector, lines.size() - 1)));
        }
        for (int row = 0; row < root.getRowCount(); row++) {
          List<String> cells = new ArrayList<>();
          for (FieldVector vector : decoded) {
            cells.add(cell(vector, row));
          }
          lines.add(String.join(BAR, cells));
        }
        for (FieldVector vector : decoded) {
          if (!root.getFieldVectors().contains(vector)) {
            vector.close();
          }
        }
      }
    }
    return lines;
  }

  private static String cell(FieldVector vector, int row) {
    if (vector.isNull(row)) {
      return NULL;
    }
    return vector instanceof UInt1Vector bytes
        ? Integer.toString(bytes.get(row) & 0xff)
        : vector.getObject(row).toString();
  }

  private static String describe(VectorSchemaRoot root, FieldVector decoded, int index) {
    Field field = root.getSchema().getFields().get(index);
    String dictionary =
        field.getDictionary() == null ? "" : "[dictionary: " + field.getDictionary().getId() + "]";
    return field.getName()
        + ": "
        + decoded.getField().getType()
        + dictionary
        + (field.isNullable() ? "" : " not null");
  }

  private static FieldVector decoded(FieldVector vector, ArrowFileReader reader)
      throws IOException {
    var encoding = vector.getField().getDictionary();
    return encoding == null
        ? vector
        : (FieldVector) DictionaryEncoder.decode(vector, reader.lookup(encoding.getId()));
  }

  /** Writes the table again with Arrow's vectors, its text without dictionaries. */
  private void rewrite(Path file, CompressionUtil.CodecType codec) throws IOException {
    List<String> lines = read(file);
    lines.removeIf(line -> !line.matches("(?s)\\d+" + BAR + ".*"));
    BigIntVector seq = new BigIntVector("seq", allocator);
    BigIntVector ts = new BigIntVector("ts", allocator);
    IntVector cpu = new IntVector("cpu", allocator);
    IntVector pid = new IntVector("pid", allocator);
    VarCharVector comm = new VarCharVector("comm", allocator);
    UInt1Vector flags = new UInt1Vector("flags", allocator);
    UInt1Vector preempt = new UInt1Vector("preempt", allocator);
    VarCharVector buffer = new VarCharVector("buffer", allocator);
    UInt8Vector pc = new UInt8Vector("pc", allocator);
    BitVector isWfe = new BitVector("is_wfe", allocator);
    List<FieldVector> vectors = List.of(isWfe, seq, ts, cpu, pid, comm, flags, preempt, buffer, pc);
    for (int row = 0; row < lines.size(); row++) {
      String[] cells = lines.get(row).split(BAR, -1);
      seq.setSafe(row, Long.parseLong(cells[0]));
      ts.setSafe(row, Long.parseLong(cells[1]));
      buffer.setSafe(row, cells[7].getBytes(UTF_8));
      for (int i : new int[] {2, 3, 4, 5, 6, 8, 9}) {
        if (cells[i].equals(NULL)) {
          continue;
        }
        switch (i) {
          case 2 -> cpu.setSafe(row, Integer.parseInt(cells[i]));
          case 3 -> pid.setSafe(row, Integer.parseInt(cells[i]));
          case 4 -> comm.setSafe(row, cells[i].getBytes(UTF_8));
          case 5 -> flags.setSafe(row, Integer.parseInt(cells[i]));
          case 6 -> preempt.setSafe(row, Integer.parseInt(cells[i]));
          case 8 -> pc.setSafe(row, Long.parseLong(cells[i]));
          default -> isWfe.setSafe(row, cells[i].equals("true") ? 1 : 0);
        }
      }
    }
    try (VectorSchemaRoot root = new VectorSchemaRoot(vectors);
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        ArrowFileWriter writer =
            new ArrowFileWriter(
                root,
                null,
                channel,
                null,
                IpcOption.DEFAULT,
                codec == CompressionUtil.CodecType.NO_COMPRESSION
                    ? NoCompressionCodec.Factory.INSTANCE
                    : CommonsCompressionFactory.INSTANCE,
                codec)) {
      root.setRowCount(lines.size());
      writer.writeBatch();
    }
  }
}
