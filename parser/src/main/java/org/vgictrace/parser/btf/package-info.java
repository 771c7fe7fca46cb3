/**
 * What a kernel says about its own types (BTF, the kernel's Documentation/bpf/btf.rst) and
 * functions: enough to find members of its structures and arguments of its functions.
 *
 * <p>{@link org.vgictrace.parser.btf.KernelImage} is the door: it finds the BTF in {@code
 * /sys/kernel/btf/vmlinux}, a vmlinux, an Image or a blob of its own. {@link
 * org.vgictrace.parser.btf.Btf} answers questions about types, {@link
 * org.vgictrace.parser.btf.SymbolList} about which functions have a symbol of their own.
 */
@NullMarked
package org.vgictrace.parser.btf;

import org.jspecify.annotations.NullMarked;
