package org.vgictrace.parser.qemulog;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.junit.jupiter.api.Test;

class ShapeTest {
  /** Shapes serve the readers of all threads: what a text says belongs in the row. */
  @Test
  void keepsNothingOfWhatItReads() {
    assertThat(Shape.class.getDeclaredFields())
        .extracting(Field::getModifiers)
        .allMatch(Modifier::isFinal);
  }
}
