package org.vgictrace.parser.tracedat;

import org.vgictrace.parser.diag.Place;

/**
 * An event's format file, not read yet beyond its head.
 *
 * @param system trace system
 * @param name event name
 * @param id event id
 * @param file the whole file
 * @param place where it is in the capture
 */
record RawFormat(String system, String name, int id, byte[] file, Place place) {

  /** {@code system:name}. */
  String fullName() {
    return system + ':' + name;
  }
}
