package org.vgictrace.parser.record;

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
public record RawFormat(String system, String name, int id, byte[] file, Place place) {

  /** {@code system:name}. */
  public String fullName() {
    return system + ':' + name;
  }
}
