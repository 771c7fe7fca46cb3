package org.vgictrace.parser.tracedat;

import java.util.Map;

/**
 * A guest whose recording belongs to a host's (option GUEST, written by {@code trace-cmd record -A}
 * with {@code trace-cmd agent} in the guest).
 *
 * @param name name of the guest, may be empty
 * @param traceId the recording made in it
 * @param threads the host's thread of each of its CPUs
 */
record GuestLink(String name, long traceId, Map<Integer, Integer> threads) {
  GuestLink {
    threads = Map.copyOf(threads);
  }
}
