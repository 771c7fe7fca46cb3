package org.vgictrace.parser.bind;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.bind.Binding.FieldBinding;
import org.vgictrace.parser.event.Kind;

class PacksPageTest {
  private static final Path PAGE = Path.of(System.getProperty("basedir", "."), "PACKS.md");

  @Test
  void examplePackOfThePageDescribesItsProbes() throws IOException {
    BindingPack pack = example();
    BindingPacks packs = BindingPacks.with(List.of(pack));
    Binding write = packs.find("mine", "lr_set", Set.of("n", "irq", "nr", "flags"));
    Binding image = packs.find("mine", "lrs_in", Set.of("used", "hcr", "lr"));

    assertThat(write).isNotNull();
    assertThat(write.kind()).isEqualTo(Kind.LR_WRITE);
    assertThat(write.fields())
        .contains(
            FieldBinding.whole(Kind.LR_WRITE.column("irq"), "irq"),
            FieldBinding.whole(Kind.LR_WRITE.column("intid"), "nr"),
            new FieldBinding(Kind.LR_WRITE.column("active"), "flags", -1, 16, 1));
    assertThat(image).isNotNull();
    assertThat(image.fields())
        .contains(
            FieldBinding.whole(Kind.LR_IMAGE.column("hcr"), "hcr"),
            new FieldBinding(Kind.LR_IMAGE.column("lr3"), "lr", 3, 0, 64));
  }

  private static BindingPack example() throws IOException {
    String page = Files.readString(PAGE);
    int from = page.indexOf("```json") + "```json".length();
    String json = page.substring(from, page.indexOf("```", from));
    return PackReader.read(
        "PACKS.md", new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }
}
