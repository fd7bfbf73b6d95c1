import { type Layout, layout, list, s64, u8, u16, u32 } from './layout.ts';

/** `struct kvm_pit_channel_state`: one of the three counters of the i8254. */
export interface KvmPitChannelState {
  /** What it counts from: 1 to 65536. */
  count: number;
  latchedCount: number;
  countLatched: number;
  statusLatched: number;
  status: number;
  readState: number;
  writeState: number;
  writeLatch: number;
  rwMode: number;
  /** 0 to 5. */
  mode: number;
  bcd: number;
  gate: number;
  /** When the count was loaded, in nanoseconds of the host's monotonic clock. */
  countLoadTime: bigint;
}

/** `struct kvm_pit_state2`. */
export interface KvmPitState2 {
  channels: readonly KvmPitChannelState[];
  /** KVM_PIT_FLAGS_*: bits. */
  flags: number;
}

const CHANNEL: Layout<KvmPitChannelState> = layout<KvmPitChannelState>('kvm_pit_channel_state', 24, {
  count: [0, u32],
  latchedCount: [4, u16],
  countLatched: [6, u8],
  statusLatched: [7, u8],
  status: [8, u8],
  readState: [9, u8],
  writeState: [10, u8],
  writeLatch: [11, u8],
  rwMode: [12, u8],
  mode: [13, u8],
  bcd: [14, u8],
  gate: [15, u8],
  countLoadTime: [16, s64],
});

export const PIT_STATE2: Layout<KvmPitState2> = layout<KvmPitState2>('kvm_pit_state2', 112, {
  channels: [0, list(CHANNEL, 3)],
  flags: [72, u32],
});

/** `struct kvm_pit_config`. */
export const PIT_CONFIG: Layout<{ flags: number }> = layout<{ flags: number }>('kvm_pit_config', 64, {
  flags: [0, u32],
});

/** `struct kvm_reinject_control`. */
export const REINJECT_CONTROL: Layout<{ pitReinject: number }> = layout<{ pitReinject: number }>(
  'kvm_reinject_control',
  32,
  { pitReinject: [0, u8] },
);
