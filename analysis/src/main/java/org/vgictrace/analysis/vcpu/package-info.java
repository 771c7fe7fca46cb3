/**
 * Who an event is about: {@link org.vgictrace.analysis.vcpu.Vcpus} tells the vCPUs and VMs of a
 * capture apart from what its events carry, and leaves unknown what they do not.
 */
@NullMarked
package org.vgictrace.analysis.vcpu;

import org.jspecify.annotations.NullMarked;
