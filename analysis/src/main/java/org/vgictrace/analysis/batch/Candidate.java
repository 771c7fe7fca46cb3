package org.vgictrace.analysis.batch;

import java.nio.file.Path;

/**
 * A file or directory that may be a capture.
 *
 * @param path where it is
 * @param named whether the user named it, so that it is an error if it is no capture
 */
record Candidate(Path path, boolean named) {}
