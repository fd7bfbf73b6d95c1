import type { Clock } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';

/** Ticks of the time-stamp counter in a nanosecond: 3 GHz, as the name of the Pentium 4 says that is the interpreter's default. */
const TICKS = 3;

/**
 * Lets the time-stamp counter of a vCPU that would else count instructions go with the machine's time: guests measure it against the
 * timer, and read it after a halt. Those of KVM do so by themselves.
 */
export function connectTimeStamp(vcpu: X86Vcpu, clock: Clock): void {
  if (!('timeStampTicks' in vcpu)) return;
  (vcpu as X86Vcpu & { timeStampTicks: () => number }).timeStampTicks = () => TICKS * clock.now();
}
