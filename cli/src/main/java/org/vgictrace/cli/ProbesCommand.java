package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.probes.BpftraceScript;
import org.vgictrace.analysis.probes.KprobeText;
import org.vgictrace.analysis.probes.Level;
import org.vgictrace.analysis.probes.MachineCode;
import org.vgictrace.analysis.probes.ProbeOptions;
import org.vgictrace.analysis.probes.ProbeOptions.Recorder;
import org.vgictrace.analysis.probes.ProbePlan;
import org.vgictrace.analysis.probes.Target;
import org.vgictrace.analysis.probes.TraceCmdScript;
import org.vgictrace.parser.btf.Btf;
import org.vgictrace.parser.btf.KernelImage;
import org.vgictrace.parser.btf.SymbolList;
import org.vgictrace.parser.input.Inputs;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code probes}: what to record on a given kernel, ready to be used. */
@CommandLine.Command(
    name = "probes",
    description = "Write the probes to record a kernel's vGIC, or event channels, with.",
    footer = {
      "",
      "KERNEL is BTF, a vmlinux, an arm64 Image or an x86 bzImage; without it, the",
      "running kernel.",
      "What the kernel does not offer is listed in comments with the reason."
    })
final class ProbesCommand extends Command {
  /** Kinds of output. */
  enum Format {
    KPROBE,
    TRACE_CMD,
    BPFTRACE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static final Path RUNNING_KERNEL = Path.of("/sys/kernel/btf/vmlinux");
  private static final Path RUNNING_SYMBOLS = Path.of("/proc/kallsyms");

  @Option(
      names = "--for",
      paramLabel = "TARGET",
      defaultValue = "vgic",
      converter = TargetConverter.class,
      description =
          "vgic (KVM on arm64), kvm-xen (KVM emulating Xen on x86) or xen-guest (event channels of"
              + " a Linux guest of Xen, or of dom0). Default: vgic.")
  private Target target = Target.VGIC;

  @Option(
      names = "--module",
      paramLabel = "FILE",
      description =
          "Types of the kvm module, for kvm-xen: /sys/kernel/btf/kvm of that host, or its kvm.ko."
              + " Default for the running kernel: /sys/kernel/btf/kvm.")
  private @Nullable Path module;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "trace-cmd",
      converter = FormatConverter.class,
      description =
          "trace-cmd (shell script that defines the probes and records), kprobe (lines for"
              + " kprobe_events) or bpftrace (script). Default: trace-cmd.")
  private Format format = Format.TRACE_CMD;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      defaultValue = "full",
      description =
          "minimal (list registers at entry and exit, or sends and upcalls) or full (every step of"
              + " the model with the interrupt's state). Default: full.")
  private Level level = Level.FULL;

  @Option(
      names = "--gic",
      paramLabel = "2|3",
      defaultValue = "3",
      description = "Version of the host's GIC (3 for GICv4, too). Default: 3.")
  private int gic = 3;

  @Option(
      names = "--symbols",
      paramLabel = "FILE",
      description =
          "System.map or kallsyms of the kernel: tells which functions were inlined or split."
              + " Default for the running kernel: /proc/kallsyms.")
  private @Nullable Path symbols;

  @Option(
      names = "--lrs",
      paramLabel = "N",
      defaultValue = "4",
      description = "List registers of the host, 1 to 16. Default: 4.")
  private int listRegisters = 4;

  @Option(names = "--array", description = "Record the list registers as one array.")
  private boolean array;

  @Option(names = "-o", paramLabel = "OUT", description = "File to write.")
  private @Nullable Path output;

  @Parameters(arity = "0..1", paramLabel = "KERNEL", description = "Kernel or its BTF.")
  private @Nullable Path kernel;

  ProbesCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    if (gic != 2 && gic != 3) {
      throw new UsageException("--gic: " + gic + " is neither 2 nor 3");
    }
    if (listRegisters < 1 || listRegisters > ProbeOptions.LIST_REGISTERS_MAX) {
      throw new UsageException(
          "--lrs: " + listRegisters + " is not in 1.." + ProbeOptions.LIST_REGISTERS_MAX);
    }
    Path file = kernel == null ? RUNNING_KERNEL : kernel;
    Path types = module();
    Btf kernelTypes = KernelImage.btf(file);
    Btf btf = types == null ? kernelTypes : KernelImage.module(types, kernelTypes);
    Recorder recorder = format == Format.BPFTRACE ? Recorder.BPFTRACE : Recorder.KPROBE_EVENTS;
    ProbeOptions options = new ProbeOptions(target, level, gic, listRegisters, array, recorder);
    // Standard input cannot be read twice.
    MachineCode code =
        file.toString().equals(Inputs.STDIN)
            ? MachineCode.UNKNOWN
            : (offset, most) -> KernelImage.code(file, offset, most);
    String functions = types == null ? null : target.module();
    ProbePlan plan = ProbePlan.of(btf, functions, symbolList(), code, options);
    new Output(console, output)
        .write(
            out -> {
              switch (format) {
                case KPROBE -> new KprobeText(out).write(plan);
                case TRACE_CMD -> new TraceCmdScript(out).write(plan);
                case BPFTRACE -> new BpftraceScript(out).write(plan);
              }
            });
    return ExitCode.OK;
  }

  /** The file with the types of the module that holds the functions, null if there is none. */
  private @Nullable Path module() {
    String name = target.module();
    if (module != null && name == null) {
      throw new UsageException(
          "--module: the functions for " + target.label() + " are in no module");
    }
    Path running = RUNNING_KERNEL.resolveSibling(name == null ? "vmlinux" : name);
    boolean loaded = module == null && name != null && kernel == null && Files.exists(running);
    return loaded ? running : module;
  }

  private @Nullable SymbolList symbolList() throws IOException {
    if (symbols != null) {
      return SymbolList.read(symbols);
    }
    return kernel == null && Files.isReadable(RUNNING_SYMBOLS)
        ? SymbolList.read(RUNNING_SYMBOLS)
        : null;
  }

  /** Accepts the labels of {@link Target}. */
  static final class TargetConverter implements CommandLine.ITypeConverter<Target> {
    @Override
    public Target convert(String text) {
      for (Target target : Target.values()) {
        if (target.label().equalsIgnoreCase(text)) {
          return target;
        }
      }
      throw new CommandLine.TypeConversionException(
          "'" + text + "' is not vgic, kvm-xen or xen-guest");
    }
  }

  /** Accepts the names that {@link Format#toString} gives, in any case. */
  static final class FormatConverter implements CommandLine.ITypeConverter<Format> {
    @Override
    public Format convert(String text) {
      for (Format format : Format.values()) {
        if (format.toString().equalsIgnoreCase(text)) {
          return format;
        }
      }
      throw new CommandLine.TypeConversionException(
          "expected trace-cmd, kprobe or bpftrace but was '" + text + "'");
    }
  }
}
