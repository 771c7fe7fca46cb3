package org.vgictrace.parser.bind;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class KindsPageTest {
  private static final Path PAGE = Path.of(System.getProperty("basedir", "."), "KINDS.md");

  @Test
  void pageOnDiskIsUpToDate() throws IOException {
    String page = KindsPage.of(BindingPacks.builtin());
    if (Boolean.getBoolean("kinds.rewrite")) {
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE)
        .as(
            "renew it with: mvn -pl parser -am test -Dtest=KindsPageTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dkinds.rewrite=true")
        .hasContent(page);
  }
}
