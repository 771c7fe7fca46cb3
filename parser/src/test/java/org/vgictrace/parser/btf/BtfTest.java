package org.vgictrace.parser.btf;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.fixtures.mutate.BinaryMutator;
import org.vgictrace.fixtures.write.BtfWriter;
import org.vgictrace.parser.diag.InputException;

/** Types and members, in both byte orders, and damage to them. */
class BtfTest {
  private static final String TYPES =
      """
      struct outer 64
       first u32 0
       - ~1 64
       table inner[3] 128
       renamed alias 320
       byte u8 384 3
       nibble enum32 387 4
      union ~1 8
       number u64 0
       - ~2 0
      struct ~2 8
       low s32 0
       high s32 32
      struct inner 8
       value u16 16
       self *inner 32
      typedef alias inner
      struct loop 8
       - loop 0
      func plain outer:*outer flags:u64 wide:inner
      func none
      """;

  private static Btf btf(boolean big) throws InputException {
    return Btf.of("kernel", 0, blob(big));
  }

  private static byte[] blob(boolean big) {
    return BtfWriter.blob(TYPES, big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void findsMembersByTheirPath(boolean big) throws Exception {
    Btf btf = btf(big);
    int outer = btf.structure("outer");
    assertThat(btf.bigEndian()).isEqualTo(big);
    assertThat(bits(btf, outer, "first")).isEqualTo("0/0 4");
    assertThat(bits(btf, outer, "number")).isEqualTo("64/0 8");
    assertThat(bits(btf, outer, "high")).isEqualTo("96/0 4");
    assertThat(bits(btf, outer, "table")).isEqualTo("128/0 24");
    assertThat(bits(btf, outer, "table[2]")).isEqualTo("256/0 8");
    assertThat(bits(btf, outer, "table[2].value")).isEqualTo("272/0 2");
    assertThat(bits(btf, outer, "renamed.self")).isEqualTo("352/0 8");
    assertThat(bits(btf, outer, "byte")).isEqualTo("384/3 1");
    assertThat(bits(btf, outer, "nibble")).isEqualTo("387/4 4");
    for (String absent : List.of("none", "first.x", "table[3]", "first[0]", "table.value", "~1")) {
      assertThat(btf.member(outer, absent)).as(absent).isNull();
    }
  }

  private static String bits(Btf btf, int structure, String path) throws InputException {
    Member member = btf.member(structure, path);
    return member == null
        ? "absent"
        : member.bitOffset() + "/" + member.bitWidth() + " " + btf.size(member.type());
  }

  @Test
  void findsArgumentsOfFunctions() throws Exception {
    Btf btf = btf(false);
    List<Parameter> parameters = requireNonNull(btf.function("plain"));
    assertThat(parameters).extracting(Parameter::name).containsExactly("outer", "flags", "wide");
    assertThat(btf.pointedStructure(parameters.get(0).type())).isEqualTo(btf.structure("outer"));
    assertThat(btf.pointedStructure(parameters.get(1).type())).isZero();
    assertThat(btf.fitsRegister(parameters.get(1).type())).isTrue();
    assertThat(btf.fitsRegister(parameters.get(2).type())).isFalse();
    assertThat(btf.function("none")).isEmpty();
    assertThat(btf.function("outer")).isNull();
    assertThat(btf.structure("alias")).isEqualTo(btf.structure("inner"));
    assertThat(btf.structure("plain")).isZero();
  }

  @Test
  void structuresThatContainThemselvesAreDamage() throws Exception {
    Btf btf = btf(false);
    assertThatThrownBy(() -> btf.member(btf.structure("loop"), "absent"))
        .isInstanceOf(InputException.class)
        .hasMessageMatching("kernel: at byte \\d+: type \\d+ contains itself");
  }

  @Test
  void damageToTheHeaderSaysWhereItIs() {
    assertThat(failure(new byte[10]))
        .isEqualTo("at byte 0: BTF of 10 bytes is shorter than its header");
    assertThat(failure(patched(2, 2))).isEqualTo("at byte 2: BTF version 2 is not supported");
    assertThat(failure(patched(4, 8))).isEqualTo("at byte 4: BTF header of 8 bytes is too short");
    assertThat(failure(patched(15, 0x7f)))
        .matches("at byte 12: BTF header says \\d+ where \\d+ fit");
    assertThat(failure(patched(24 + 7, 0x1f)))
        .isEqualTo("at byte 28: type 1 has the unknown kind 31");
    assertThat(failure(patched(24 + 5, 0xff)))
        .isEqualTo("at byte 24: type 1 goes beyond the types' section");
  }

  private static byte[] patched(int offset, int value) {
    byte[] blob = blob(false);
    blob[offset] = (byte) value;
    return blob;
  }

  private static String failure(byte[] blob) {
    try {
      Btf.of("kernel", 0, blob);
    } catch (InputException e) {
      return String.valueOf(e.getMessage()).substring("kernel: ".length());
    }
    throw new AssertionError("accepted");
  }

  /** Whatever the damage, there is an answer or a complaint of one line. */
  @Test
  void survivesDamage() {
    int refused = 0;
    for (int seed = 0; seed < 4000; seed++) {
      BinaryMutator mutator = new BinaryMutator(blob(seed % 2 == 0), seed);
      byte[] damaged = (seed % 8 == 0 ? mutator.truncate() : mutator.flipByte()).bytes();
      try {
        Btf btf = Btf.of("kernel", 0, damaged);
        int outer = btf.structure("outer");
        for (String path : List.of("high", "table[2].value", "renamed.self", "nibble", "none")) {
          Member member = outer == 0 ? null : btf.member(outer, path);
          if (member != null) {
            assertThat(btf.size(member.type())).isNotNegative();
          }
        }
        List<Parameter> parameters = btf.function("plain");
        if (parameters != null) {
          for (Parameter parameter : parameters) {
            btf.pointedStructure(parameter.type());
            btf.fitsRegister(parameter.type());
          }
        }
      } catch (InputException e) {
        assertThat(String.valueOf(e.getMessage())).startsWith("kernel: at byte ").hasLineCount(1);
        refused++;
      }
    }
    assertThat(refused).isBetween(700, 3500);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void typesOfAModuleGoOnFromThoseOfItsKernel(boolean big) throws Exception {
    Btf both = btf(big).with("module", 0, module(big));
    assertThat(both.file()).isEqualTo("module");
    int own = both.structure("own");
    assertThat(bits(both, own, "kernels.high")).isEqualTo("160/0 4");
    assertThat(bits(both, own, "first")).isEqualTo("576/0 4");
    assertThat(both.function("use")).extracting(Parameter::name).containsExactly("outer", "mine");
    List<Parameter> parameters = requireNonNull(both.function("use"));
    assertThat(both.pointedStructure(parameters.get(0).type())).isEqualTo(both.structure("outer"));
    assertThat(both.pointedStructure(parameters.get(1).type())).isEqualTo(own);
    assertThat(both.function("none")).isEmpty();
  }

  private static byte[] module(boolean big) {
    return BtfWriter.module(
        TYPES,
        """
        struct own 80
         kernels outer 64
         first u32 576
        func use outer:*outer mine:*own
        """,
        big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void modulesOfOtherKernelsAreRefusedWhereThatShows() throws Exception {
    assertThatThrownBy(() -> btf(false).with("module", 0, module(true)))
        .isInstanceOf(InputException.class)
        .hasMessage("module: at byte 0: is of another byte order than the kernel");
    Btf small = Btf.of("kernel", 0, BtfWriter.blob("struct a 4\n", ByteOrder.LITTLE_ENDIAN));
    Btf other = small.with("module", 0, module(false));
    assertThatThrownBy(
            () -> {
              int own = other.structure("own");
              other.member(own, "kernels.high");
            })
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("module: at byte ");
  }
}
