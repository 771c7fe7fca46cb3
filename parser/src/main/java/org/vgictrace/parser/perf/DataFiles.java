package org.vgictrace.parser.perf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the files of a recording in the order of time. A recording of one file tells by its rounds
 * when records are complete ({@link TimeQueue}). In a directory each file has the records of one
 * CPU, in order and without rounds (tools/perf/builtin-record.c, record__mmap_read_evlist): the one
 * that has come least far is read on, and everything before the time that all have reached is
 * complete.
 */
final class DataFiles {
  /** Records that wait before it is worth asking which are complete. */
  private static final int WAITING_LEAST = 1 << 12;

  private DataFiles() {}

  /** Reads all of them. Returns the number of places that could not be read. */
  static long read(List<DataReader> readers, TimeQueue queue) throws IOException {
    try {
      if (readers.size() == 1) {
        readers.get(0).readAll();
      } else {
        merge(readers, queue);
      }
      queue.finish();
      long damaged = 0;
      for (DataReader reader : readers) {
        damaged += reader.damaged();
      }
      return damaged;
    } finally {
      readers.forEach(DataReader::close);
    }
  }

  private static void merge(List<DataReader> readers, TimeQueue queue) throws IOException {
    List<DataReader> open = new ArrayList<>(readers);
    int worthwhile = WAITING_LEAST;
    while (!open.isEmpty()) {
      DataReader last = open.get(0);
      for (DataReader reader : open) {
        last = reader.reached() < last.reached() ? reader : last;
      }
      if (!last.step()) {
        open.remove(last);
      }
      if (queue.size() >= worthwhile && !open.isEmpty()) {
        queue.handOnBefore(open.stream().mapToLong(DataReader::reached).min().getAsLong());
        worthwhile = Math.max(WAITING_LEAST, 2 * queue.size());
      }
    }
  }
}
