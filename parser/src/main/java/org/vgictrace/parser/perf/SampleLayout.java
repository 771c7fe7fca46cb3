package org.vgictrace.parser.perf;

/**
 * Where the parts of a sample are, as far as they have a fixed place: it depends on nothing but
 * {@code sample_type} (perf_output_sample of kernel/events/core.c):
 *
 * <pre>
 *   header IDENTIFIER IP pid,tid TIME ADDR ID STREAM_ID cpu,- PERIOD | READ CALLCHAIN RAW ...
 *   8      8          8  4   4   8    8    8  8         4   4 8      |
 *                                                            behind: of variable size
 * </pre>
 *
 * <p>With {@code sample_id_all}, all other records end with some of that
 * (perf_event__output_id_sample):
 *
 * <pre>
 *   ... pid,tid TIME ID STREAM_ID cpu,- IDENTIFIER
 * </pre>
 *
 * Offsets are -1 for what the recording does not have. Those into a trailer count from its
 * beginning.
 */
record SampleLayout(
    int id,
    int tid,
    int time,
    int cpu,
    int variable,
    int trailerBytes,
    int trailerTid,
    int trailerId,
    int trailerTime,
    int trailerCpu) {
  static final long IP = 1;
  static final long TID = 1 << 1;
  static final long TIME = 1 << 2;
  static final long ADDR = 1 << 3;
  static final long READ = 1 << 4;
  static final long CALLCHAIN = 1 << 5;
  static final long ID = 1 << 6;
  static final long CPU = 1 << 7;
  static final long PERIOD = 1 << 8;
  static final long STREAM_ID = 1 << 9;
  static final long RAW = 1 << 10;
  static final long IDENTIFIER = 1 << 16;

  private static final long[] SAMPLE_ORDER = {
    IDENTIFIER, IP, TID, TIME, ADDR, ID, STREAM_ID, CPU, PERIOD
  };
  private static final long[] TRAILER_ORDER = {TID, TIME, ID, STREAM_ID, CPU, IDENTIFIER};

  /** The layout that goes with a {@code sample_type}. */
  static SampleLayout of(long type) {
    int identifier = offset(SAMPLE_ORDER, type, IDENTIFIER, RecordType.HEADER_BYTES);
    int trailerIdentifier = offset(TRAILER_ORDER, type, IDENTIFIER, 0);
    int tid = offset(SAMPLE_ORDER, type, TID, RecordType.HEADER_BYTES);
    return new SampleLayout(
        identifier >= 0 ? identifier : offset(SAMPLE_ORDER, type, ID, RecordType.HEADER_BYTES),
        tid < 0 ? -1 : tid + Integer.BYTES,
        offset(SAMPLE_ORDER, type, TIME, RecordType.HEADER_BYTES),
        offset(SAMPLE_ORDER, type, CPU, RecordType.HEADER_BYTES),
        end(SAMPLE_ORDER, type, RecordType.HEADER_BYTES),
        end(TRAILER_ORDER, type, 0),
        (type & TID) == 0 ? -1 : Integer.BYTES,
        trailerIdentifier >= 0 ? trailerIdentifier : offset(TRAILER_ORDER, type, ID, 0),
        offset(TRAILER_ORDER, type, TIME, 0),
        offset(TRAILER_ORDER, type, CPU, 0));
  }

  private static int offset(long[] order, long type, long wanted, int start) {
    int at = start;
    for (long part : order) {
      if (part == wanted) {
        break;
      }
      at += (type & part) != 0 ? Long.BYTES : 0;
    }
    return (type & wanted) != 0 ? at : -1;
  }

  private static int end(long[] order, long type, int start) {
    int at = start;
    for (long part : order) {
      at += (type & part) != 0 ? Long.BYTES : 0;
    }
    return at;
  }
}
