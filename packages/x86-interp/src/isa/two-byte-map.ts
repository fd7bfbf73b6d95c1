/**
 * The two-byte opcode map (behind 0F). Columns as in `ONE_BYTE_MAP`; `p=` is a mandatory prefix (`np`: none), and a feature of
 * CPUID is what the processor must have.
 */
export const TWO_BYTE_MAP = `
00/0 SLDT Ev 80286 protected
00/1 STR Ev 80286 protected
00/2 LLDT Ew 80286 protected
00/3 LTR Ew 80286 protected
00/4 VERR Ew 80286 protected
00/5 VERW Ew 80286 protected
01/0 SGDT Ms size=v 80286
01/1 SIDT Ms size=v 80286
01/2 LGDT Ms size=v 80286
01/3 LIDT Ms size=v 80286
01/4 SMSW Ev 80286
01/6 LMSW Ew 80286
01/7 INVLPG M 80486
01C8 MONITOR Xb p=np monitor
01C9 MWAIT p=np monitor
02 LAR Gv,Ew 80286 protected
03 LSL Gv,Ew 80286 protected
06 CLTS 80286
08 INVD 80486
09 WBINVD 80486
0B UD2 80386
0D/0 NOP Ev pentium4
0D/1 PREFETCHW Mb pentium4
0DC8+i NOP Ev pentium4
0D/2-7 NOP Ev pentium4
18/0-3 NOP Ev pentiumpro -pentium2
18/0 PREFETCHNTA Mb sse
18C0+i NOP Ev sse
18/1 PREFETCHT0 Mb sse
18C8+i NOP Ev sse
18/2 PREFETCHT1 Mb sse
18D0+i NOP Ev sse
18/3 PREFETCHT2 Mb sse
18D8+i NOP Ev sse
18/4-7 NOP Ev pentiumpro
19 NOP Ev pentiumpro
1A NOP Ev pentiumpro
1B NOP Ev pentiumpro
1C NOP Ev pentiumpro
1D NOP Ev pentiumpro
1E NOP Ev pentiumpro
1F NOP Ev pentiumpro
20 MOV Rd,Cd 80386
21 MOV Rd,Dd 80386
22 MOV Cd,Rd 80386
23 MOV Dd,Rd 80386
24 MOV Rd,Td =80386
24 MOV Rd,Td =80486
26 MOV Td,Rd =80386
26 MOV Td,Rd =80486
30 WRMSR msr
31 RDTSC tsc
32 RDMSR msr
33 RDPMC pentiummmx
34 SYSENTER sep
35 SYSEXIT sep
40+cc CMOVcc Gv,Ev cmov
80+cc Jcc Jz 80386
90+cc SETcc Eb 80386
A0 PUSH FS size=v 80386
A1 POP FS size=v 80386
A2 CPUID 80486
A3 BT Ev,Gv 80386
A4 SHLD Ev,Gv,Ib 80386
A5 SHLD Ev,Gv,CL 80386
A8 PUSH GS size=v 80386
A9 POP GS size=v 80386
AA RSM pentium
AB BTS Ev,Gv 80386 lock
AC SHRD Ev,Gv,Ib 80386
AD SHRD Ev,Gv,CL 80386
AE/0 FXSAVE M p=np fxsr
AE/1 FXRSTOR M p=np fxsr
AE/7 CLFLUSH Mb p=np clfsh
AEE8+i LFENCE p=np sse2
AEF0+i MFENCE p=np sse2
AEF8+i SFENCE p=np sse
AF IMUL Gv,Ev 80386
B0 CMPXCHG Eb,Gb 80486 lock
B1 CMPXCHG Ev,Gv 80486 lock
B2 LSS Gv,Mp 80386
B3 BTR Ev,Gv 80386 lock
B4 LFS Gv,Mp 80386
B5 LGS Gv,Mp 80386
B6 MOVZX Gv,Eb 80386
B7 MOVZX Gv,Ew 80386
B8 POPCNT Gv,Ev p=F3 popcnt
B9 UD1 Gv,Ev 80386
BA/4 BT Ev,Ib 80386
BA/5 BTS Ev,Ib 80386 lock
BA/6 BTR Ev,Ib 80386 lock
BA/7 BTC Ev,Ib 80386 lock
BB BTC Ev,Gv 80386 lock
BC BSF Gv,Ev 80386
BD BSR Gv,Ev 80386
BE MOVSX Gv,Eb 80386
BF MOVSX Gv,Ew 80386
C0 XADD Eb,Gb 80486 lock
C1 XADD Ev,Gv 80486 lock
C7/1 CMPXCHG8B Mq cx8 lock
C8+r BSWAP Zv 80486
FF UD0 Gv,Ev 80386
`;
