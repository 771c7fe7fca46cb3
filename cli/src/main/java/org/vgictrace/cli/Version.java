package org.vgictrace.cli;

import org.vgictrace.analysis.report.Tool;
import picocli.CommandLine.IVersionProvider;

/** Name and version of the program, from the manifest of its jar. */
final class Version implements IVersionProvider {
  /** What reports are signed with. */
  static final Tool TOOL = new Tool("vgictrace", version());

  @Override
  public String[] getVersion() {
    return new String[] {TOOL.name() + " " + TOOL.version()};
  }

  private static String version() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
