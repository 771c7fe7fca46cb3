package org.vgictrace.replay.evtchn;

import org.agrona.collections.Int2ObjectHashMap;

/** What is known of a domain's event channels. */
final class XenDomain {
  /** Raises that marked without linking before a domain is taken for one of the two-level ABI. */
  private static final int PLAIN_RAISES_MIN = 3;

  final int id;
  final String label;
  final Int2ObjectHashMap<XenPort> ports = new Int2ObjectHashMap<>();
  final Int2ObjectHashMap<XenVcpu> vcpus = new Int2ObjectHashMap<>();

  /** Whether a port was ever linked. */
  boolean fifo;

  /** Whether its creation was recorded, and everything since. */
  boolean whole;

  /** Whether bindings are recorded. */
  boolean showsStates;

  /** Raises that marked without linking. */
  private int plainRaises;

  /** Whether a virtual interrupt other than 0 was ever named at a binding. */
  boolean namesVirqs;

  XenDomain(int id) {
    this.id = id;
    this.label = "d" + id;
  }

  XenPort port(int number) {
    return ports.computeIfAbsent(number, XenPort::new);
  }

  XenVcpu vcpu(int number) {
    XenVcpu v = vcpus.get(number);
    if (v == null) {
      v = new XenVcpu(id, number);
      vcpus.put(number, v);
    }
    return v;
  }

  void raisedPlainly() {
    plainRaises++;
  }

  boolean isTwoLevel() {
    return !fifo && plainRaises >= PLAIN_RAISES_MIN;
  }

  void forget() {
    ports.values().forEach(XenPort::forget);
    vcpus.values().forEach(XenVcpu::forget);
    namesVirqs = false;
    whole = false;
  }
}
