package org.vgictrace.parser.record;

import org.vgictrace.parser.diag.Place;

/** A structure does not fit into what encloses it, or is not what it should be. */
public final class DamageException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Place place;

  public DamageException(Place place, String what) {
    super(what);
    this.place = place;
  }

  public Place place() {
    return place;
  }
}
