import { invalid, type Layout, layout, list, u32, u64 } from './layout.ts';

/** `struct kvm_enable_cap`. */
const ENABLE_CAP: Layout<{ cap: number; flags: number; args: readonly bigint[] }> = layout<{
  cap: number;
  flags: number;
  args: readonly bigint[];
}>('kvm_enable_cap', 104, { cap: [0, u32], flags: [4, u32], args: [8, list(u64, 4)] });

const ARGUMENTS = 4;

/** To a `struct kvm_enable_cap`. @throws VmError `ERR_INVALID_ARGUMENT` */
export function enableCapBytes(cap: number, args: readonly (number | bigint)[]): Uint8Array {
  if (args.length > ARGUMENTS) throw invalid('kvm_enable_cap.args', `at most ${ARGUMENTS}`, args.length);
  const four = Array.from({ length: ARGUMENTS }, (_, i) => {
    const arg = args[i] ?? 0;
    return typeof arg === 'number' && Number.isSafeInteger(arg) ? BigInt(arg) : (arg as bigint);
  });
  return ENABLE_CAP.encode({ cap, flags: 0, args: four });
}
