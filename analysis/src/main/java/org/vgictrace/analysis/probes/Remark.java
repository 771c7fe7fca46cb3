package org.vgictrace.analysis.probes;

/**
 * Something that this kernel does not offer.
 *
 * @param event name of the event concerned
 * @param missing whether there is no probe for it at all
 * @param why what is missing and why
 */
public record Remark(String event, boolean missing, String why) {}
