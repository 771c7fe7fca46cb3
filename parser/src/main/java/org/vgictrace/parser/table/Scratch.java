package org.vgictrace.parser.table;

import org.vgictrace.parser.event.Batch;

/** Arrays for one run of rows, shared by all columns that one thread writes. */
final class Scratch {
  final long[] values = new long[Batch.EVENTS_MAX];
  final long[] present = new long[Batch.EVENTS_MAX];
  final long[] masked = new long[Batch.EVENTS_MAX];
  final int[] ints = new int[Batch.EVENTS_MAX];
  final byte[] bytes = new byte[Batch.EVENTS_MAX];
}
