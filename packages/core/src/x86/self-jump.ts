/**
 * Whether the bytes at an instruction pointer are a jump to itself (`jmp $`), which nothing but an interrupt can end.
 * @param code the bytes at the instruction pointer; 7 are enough
 * @param codeSize the code segment's default operand size in bits
 */
export function isSelfJump(code: Uint8Array, codeSize: 16 | 32 | 64): boolean {
  let at = 0;
  let operandSize = codeSize === 16 ? 16 : 32;
  // In 32-bit code the prefix would cut the target to 16 bits, and in 64-bit code chips differ: no answer is safer.
  if (code[at] === 0x66 && codeSize === 16) {
    operandSize = 32;
    at++;
  }
  const displacementBytes = code[at] === 0xeb ? 1 : code[at] === 0xe9 ? operandSize / 8 : 0;
  if (displacementBytes === 0 || at + 1 + displacementBytes > code.length) return false;
  const length = at + 1 + displacementBytes;
  const wanted = -length;
  for (let i = 0; i < displacementBytes; i++) {
    if (code[at + 1 + i] !== ((wanted >> (8 * i)) & 0xff)) return false;
  }
  return true;
}
