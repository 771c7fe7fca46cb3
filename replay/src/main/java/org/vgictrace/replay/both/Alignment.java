package org.vgictrace.replay.both;

/**
 * One time line for a guest's capture and the hypervisor's trace.
 *
 * @param domain the domain that the guest is
 * @param clock how the clocks relate
 * @param low least shift from that under which as many records lie where their vCPU runs, units of
 *     the hypervisor's clock
 * @param high greatest such shift
 * @param slack how far two times may be apart that are one, units of the hypervisor's clock
 * @param unsure by how much the clock may be wrong somewhere, likewise; 0 if it is one clock
 * @param within records that lie where their vCPU runs
 * @param apart records that lie where it does not
 * @param unknown records at times at which it is not known whether it runs
 * @param outside records before or after what the trace says of the vCPU
 * @param runnerUp the share of the bursts of records that lie well with the domain next best, 0..1
 */
public record Alignment(
    int domain,
    ClockLine clock,
    long low,
    long high,
    long slack,
    long unsure,
    long within,
    long apart,
    long unknown,
    long outside,
    double runnerUp) {}
