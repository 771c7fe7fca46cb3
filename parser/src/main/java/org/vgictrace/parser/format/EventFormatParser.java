package org.vgictrace.parser.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a tracefs event {@code format} file (kernel/trace/trace_events.c, f_show, Linux 2.6.31 to
 * 7.2):
 *
 * <pre>
 * name: sched_wakeup
 * ID: 318
 * format:
 *         field:unsigned short common_type;   offset:0;   size:2; signed:0;
 *         ...
 *                                                                        (an empty line ends the common fields)
 *         field:char comm[16];    offset:8;   size:16;    signed:0;
 *
 * print fmt: "comm=%s ...", REC-&gt;comm, ...
 * </pre>
 *
 * <p>Limits: {@value #BYTES_MAX} bytes, {@value #FIELDS_MAX} fields. Offsets and sizes are only
 * checked to be numbers; whoever reads records checks them against the record.
 */
public final class EventFormatParser {
  /** Longest format file; real ones have up to 6 KB. */
  public static final int BYTES_MAX = 1 << 20;

  /** Most fields of one event; real ones have up to 130. */
  public static final int FIELDS_MAX = 1024;

  /** Largest event id: {@code common_type} has 16 bits. */
  public static final int ID_MAX = 0xffff;

  private final String system;
  private final String text;
  private int at;

  private EventFormatParser(String system, byte[] file) {
    this.system = system;
    this.text = new String(file, StandardCharsets.UTF_8);
  }

  /**
   * Reads a whole file.
   *
   * @param longBytes size of the kernel's {@code long}
   */
  public static EventFormat parse(String system, byte[] file, int longBytes)
      throws FormatException {
    return new EventFormatParser(system, file).parse(longBytes);
  }

  /** Reads name and id only, which come first; the rest is neither read nor checked. */
  public static EventFormat parseHead(String system, byte[] file) throws FormatException {
    int end = 0;
    for (int lines = 0; end < file.length && lines < 2; end++) {
      if (file[end] == '\n') {
        lines++;
      }
    }
    byte[] head = Arrays.copyOf(file, end);
    EventFormatParser parser = new EventFormatParser(system, head);
    return new EventFormat(system, parser.name(), parser.id(), List.of(), List.of(), "");
  }

  private EventFormat parse(int longBytes) throws FormatException {
    if (text.length() > BYTES_MAX) {
      throw new FormatException("format file of more than " + BYTES_MAX + " bytes");
    }
    String name = name();
    int id = id();
    List<FieldFormat> common = new ArrayList<>();
    List<FieldFormat> fields = new ArrayList<>();
    boolean inCommon = true;
    String printFormat = "";
    while (at < text.length()) {
      String line = line();
      String content = line.strip();
      if (content.isEmpty()) {
        inCommon = inCommon && common.isEmpty();
      } else if (content.startsWith("print fmt:")) {
        printFormat = (content.substring("print fmt:".length()) + text.substring(at)).strip();
        at = text.length();
      } else if (content.startsWith("field")) {
        FieldFormat field = FieldParser.parse(content, longBytes);
        (inCommon && field.name().startsWith("common_") ? common : fields).add(field);
        if (common.size() + fields.size() > FIELDS_MAX) {
          throw new FormatException("more than " + FIELDS_MAX + " fields");
        }
      }
    }
    return new EventFormat(system, name, id, common, fields, printFormat);
  }

  private String name() throws FormatException {
    return labelled("name:");
  }

  private int id() throws FormatException {
    String number = labelled("ID:");
    try {
      int id = Integer.parseInt(number);
      if (id >= 0 && id <= ID_MAX) {
        return id;
      }
    } catch (NumberFormatException e) {
      throw new FormatException("ID is not a number");
    }
    throw new FormatException("ID " + number + " is out of range");
  }

  private String labelled(String label) throws FormatException {
    String line = line();
    if (!line.startsWith(label)) {
      throw new FormatException("no \"" + label + "\" line");
    }
    String value = line.substring(label.length()).strip();
    if (value.isEmpty()) {
      throw new FormatException("nothing after \"" + label + "\"");
    }
    return value;
  }

  private String line() {
    int end = text.indexOf('\n', at);
    if (end < 0) {
      end = text.length();
    }
    String line = text.substring(at, end);
    at = Math.min(end + 1, text.length());
    return line;
  }
}
