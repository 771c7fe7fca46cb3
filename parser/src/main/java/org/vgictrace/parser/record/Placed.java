package org.vgictrace.parser.record;

import org.vgictrace.parser.diag.Place;

/** A reader of records that can tell where the current one is. */
public interface Placed {

  /** Where the current record is in the capture. Asked for only when there is something to say. */
  Place place();
}
