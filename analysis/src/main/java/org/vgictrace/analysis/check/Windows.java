package org.vgictrace.analysis.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vgictrace.analysis.vcpu.Vcpus;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.FindingListener;

/**
 * Collects the events around each finding: those before it from the batches still at hand, those
 * after it as they come. At most {@value #WINDOWS_MAX} findings get a window, so a capture that is
 * wrong everywhere costs no more.
 */
final class Windows implements FindingListener {
  /** Most findings that get a window; later ones are reported without. */
  static final int WINDOWS_MAX = 1000;

  private static final boolean[] NAMES_VCPUS = namesVcpus();

  private final Vcpus vcpus = new Vcpus();
  private final int[] cursors = new int[Kind.values().length];
  private final List<Window> windows = new ArrayList<>();
  private final List<Window> open = new ArrayList<>();
  private final List<Finding> fresh = new ArrayList<>();

  @Override
  public void found(Finding finding) {
    if (windows.size() + fresh.size() < WINDOWS_MAX) {
      fresh.add(finding);
    }
  }

  /** Learns from a batch who is who; called for every batch before it is replayed. */
  void observe(Batch batch) {
    Arrays.fill(cursors, 0);
    byte[] order = batch.order();
    for (int i = 0; i < batch.size(); i++) {
      int kind = order[i];
      int row = cursors[kind]++;
      if (NAMES_VCPUS[kind]) {
        vcpus.of(batch.table(kind), row);
      }
    }
  }

  /**
   * Continues the windows that still want events after their finding, and begins those of new
   * findings.
   *
   * @param retained the batches at hand, oldest first; the last is the one just replayed
   */
  void collect(Collection<Batch> retained) {
    if (open.isEmpty() && fresh.isEmpty()) {
      return;
    }
    Batch newest = null;
    for (Batch batch : retained) {
      newest = batch;
    }
    if (newest != null) {
      for (Window window : open) {
        window.scan(newest);
      }
    }
    for (Finding finding : fresh) {
      Window window = new Window(finding, vcpus);
      for (Batch batch : retained) {
        window.scan(batch);
      }
      window.renderBefore();
      windows.add(window);
      open.add(window);
    }
    fresh.clear();
    open.removeIf(Window::isComplete);
  }

  /** The findings with their windows. */
  List<FindingReport> around(String file, List<Finding> findings) {
    Map<String, Window> byPlace = new HashMap<>();
    for (Window window : windows) {
      byPlace.putIfAbsent(key(window.finding()), window);
    }
    List<FindingReport> reports = new ArrayList<>();
    for (Finding finding : findings) {
      Window window = byPlace.get(key(finding));
      reports.add(new FindingReport(file, finding, window == null ? List.of() : window.lines()));
    }
    return reports;
  }

  private static String key(Finding finding) {
    return finding.at().seq() + " " + finding.rule().id();
  }

  private static boolean[] namesVcpus() {
    boolean[] names = new boolean[Kind.values().length];
    for (Kind kind :
        List.of(
            Kind.VM,
            Kind.VGIC_STEP,
            Kind.LR_IMAGE,
            Kind.LR_WRITE,
            Kind.INJECT,
            Kind.QUEUE,
            Kind.VCPU_ENTRY)) {
      names[kind.ordinal()] = true;
    }
    return names;
  }
}
