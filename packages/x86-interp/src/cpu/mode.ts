/** What kind of segments there are, and which instructions. */
export const MODE = {
  /** CR0.PE is clear. */
  REAL: 0,
  /** CR0.PE is set. */
  PROTECTED: 1,
  /** Protected mode with RFLAGS.VM: segments as in real mode, at privilege level 3. */
  V86: 2,
} as const;
