/**
 * The one-byte opcode map. See `opcodes.ts`, which reads it. The columns: opcode (with `+r` for eight registers in its low bits, or
 * `/digit`, or with the ModR/M byte of a register form behind it, that with `+i` for the eight registers in its low bits), mnemonic, operands in the letters of the Intel SDM (volume 2, appendix A), attributes.
 */
export const ONE_BYTE_MAP = `
00 ADD Eb,Gb lock
01 ADD Ev,Gv lock
02 ADD Gb,Eb
03 ADD Gv,Ev
04 ADD AL,Ib
05 ADD eAX,Iz
06 PUSH ES size=v
07 POP ES size=v
08 OR Eb,Gb lock
09 OR Ev,Gv lock
0A OR Gb,Eb
0B OR Gv,Ev
0C OR AL,Ib
0D OR eAX,Iz
0E PUSH CS size=v
0F POP CS size=v =8086
10 ADC Eb,Gb lock
11 ADC Ev,Gv lock
12 ADC Gb,Eb
13 ADC Gv,Ev
14 ADC AL,Ib
15 ADC eAX,Iz
16 PUSH SS size=v
17 POP SS size=v
18 SBB Eb,Gb lock
19 SBB Ev,Gv lock
1A SBB Gb,Eb
1B SBB Gv,Ev
1C SBB AL,Ib
1D SBB eAX,Iz
1E PUSH DS size=v
1F POP DS size=v
20 AND Eb,Gb lock
21 AND Ev,Gv lock
22 AND Gb,Eb
23 AND Gv,Ev
24 AND AL,Ib
25 AND eAX,Iz
27 DAA
28 SUB Eb,Gb lock
29 SUB Ev,Gv lock
2A SUB Gb,Eb
2B SUB Gv,Ev
2C SUB AL,Ib
2D SUB eAX,Iz
2F DAS
30 XOR Eb,Gb lock
31 XOR Ev,Gv lock
32 XOR Gb,Eb
33 XOR Gv,Ev
34 XOR AL,Ib
35 XOR eAX,Iz
37 AAA
38 CMP Eb,Gb
39 CMP Ev,Gv
3A CMP Gb,Eb
3B CMP Gv,Ev
3C CMP AL,Ib
3D CMP eAX,Iz
3F AAS
40+r INC Zv
48+r DEC Zv
50+r PUSH Zv
58+r POP Zv
60+cc Jcc Jb =8086
60 PUSHA size=v 80186
61 POPA size=v 80186
62 BOUND Gv,Ma 80186
63 ARPL Ew,Gw 80286 protected
68 PUSH Iz 80186
69 IMUL Gv,Ev,Iz 80186
6A PUSH Ix size=v 80186
6B IMUL Gv,Ev,Ix 80186
6C INS Yb,DX 80186 rep
6D INS Yv,DX 80186 rep
6E OUTS DX,Xb 80186 rep
6F OUTS DX,Xv 80186 rep
70+cc Jcc Jb
80/0 ADD Eb,Ib lock
80/1 OR Eb,Ib lock
80/2 ADC Eb,Ib lock
80/3 SBB Eb,Ib lock
80/4 AND Eb,Ib lock
80/5 SUB Eb,Ib lock
80/6 XOR Eb,Ib lock
80/7 CMP Eb,Ib
81/0 ADD Ev,Iz lock
81/1 OR Ev,Iz lock
81/2 ADC Ev,Iz lock
81/3 SBB Ev,Iz lock
81/4 AND Ev,Iz lock
81/5 SUB Ev,Iz lock
81/6 XOR Ev,Iz lock
81/7 CMP Ev,Iz
82/0 ADD Eb,Ib lock
82/1 OR Eb,Ib lock
82/2 ADC Eb,Ib lock
82/3 SBB Eb,Ib lock
82/4 AND Eb,Ib lock
82/5 SUB Eb,Ib lock
82/6 XOR Eb,Ib lock
82/7 CMP Eb,Ib
83/0 ADD Ev,Ix lock
83/1 OR Ev,Ix lock
83/2 ADC Ev,Ix lock
83/3 SBB Ev,Ix lock
83/4 AND Ev,Ix lock
83/5 SUB Ev,Ix lock
83/6 XOR Ev,Ix lock
83/7 CMP Ev,Ix
84 TEST Eb,Gb
85 TEST Ev,Gv
86 XCHG Eb,Gb lock
87 XCHG Ev,Gv lock
88 MOV Eb,Gb
89 MOV Ev,Gv
8A MOV Gb,Eb
8B MOV Gv,Ev
8C MOV Ev,Sw
8D LEA Gv,M
8D LEA Gv,Ev =8086
8E MOV Sw,Ew
8F/0-7 POP Ev =8086
8F/0 POP Ev 80186
90 NOP
91 XCHG Zv,eAX
92 XCHG Zv,eAX
93 XCHG Zv,eAX
94 XCHG Zv,eAX
95 XCHG Zv,eAX
96 XCHG Zv,eAX
97 XCHG Zv,eAX
90 PAUSE p=F3 sse2
98 CBW size=v
99 CWD size=v
9A CALLF Ap
9B WAIT
9C PUSHF size=v
9D POPF size=v
9E SAHF
9F LAHF
A0 MOV AL,Ob
A1 MOV eAX,Ov
A2 MOV Ob,AL
A3 MOV Ov,eAX
A4 MOVS Yb,Xb rep
A5 MOVS Yv,Xv rep
A6 CMPS Xb,Yb repe
A7 CMPS Xv,Yv repe
A8 TEST AL,Ib
A9 TEST eAX,Iz
AA STOS Yb rep
AB STOS Yv rep
AC LODS Xb rep
AD LODS Xv rep
AE SCAS Yb repe
AF SCAS Yv repe
B0+r MOV Zb,Ib
B8+r MOV Zv,Iz
C0 RET Iw size=v =8086
C1 RET size=v =8086
C0/0 ROL Eb,Ib 80186
C0/1 ROR Eb,Ib 80186
C0/2 RCL Eb,Ib 80186
C0/3 RCR Eb,Ib 80186
C0/4 SHL Eb,Ib 80186
C0/5 SHR Eb,Ib 80186
C0/6 SHL Eb,Ib 80186
C0/7 SAR Eb,Ib 80186
C1/0 ROL Ev,Ib 80186
C1/1 ROR Ev,Ib 80186
C1/2 RCL Ev,Ib 80186
C1/3 RCR Ev,Ib 80186
C1/4 SHL Ev,Ib 80186
C1/5 SHR Ev,Ib 80186
C1/6 SHL Ev,Ib 80186
C1/7 SAR Ev,Ib 80186
C2 RET Iw size=v
C3 RET size=v
C4 LES Gv,Mp
C5 LDS Gv,Mp
C6/0-7 MOV Eb,Ib =8086
C6/0 MOV Eb,Ib 80186
C7/0-7 MOV Ev,Iz =8086
C7/0 MOV Ev,Iz 80186
C8 RETF Iw size=v =8086
C9 RETF size=v =8086
C8 ENTER Iw,Ib size=v 80186
C9 LEAVE size=v 80186
CA RETF Iw size=v
CB RETF size=v
CC INT3
CD INT Ib
CE INTO
CF IRET size=v
D0/0 ROL Eb,1
D0/1 ROR Eb,1
D0/2 RCL Eb,1
D0/3 RCR Eb,1
D0/4 SHL Eb,1
D0/5 SHR Eb,1
D0/6 SHL Eb,1 80186
D0/6 SETMO Eb,1 =8086
D0/7 SAR Eb,1
D1/0 ROL Ev,1
D1/1 ROR Ev,1
D1/2 RCL Ev,1
D1/3 RCR Ev,1
D1/4 SHL Ev,1
D1/5 SHR Ev,1
D1/6 SHL Ev,1 80186
D1/6 SETMO Ev,1 =8086
D1/7 SAR Ev,1
D2/0 ROL Eb,CL
D2/1 ROR Eb,CL
D2/2 RCL Eb,CL
D2/3 RCR Eb,CL
D2/4 SHL Eb,CL
D2/5 SHR Eb,CL
D2/6 SHL Eb,CL 80186
D2/6 SETMO Eb,CL =8086
D2/7 SAR Eb,CL
D3/0 ROL Ev,CL
D3/1 ROR Ev,CL
D3/2 RCL Ev,CL
D3/3 RCR Ev,CL
D3/4 SHL Ev,CL
D3/5 SHR Ev,CL
D3/6 SHL Ev,CL 80186
D3/6 SETMO Ev,CL =8086
D3/7 SAR Ev,CL
D4 AAM Ib
D5 AAD Ib
D6 SALC
D7 XLAT Xb
D8+r ESC Ew -80386
E0 LOOPNE Jb
E1 LOOPE Jb
E2 LOOP Jb
E3 JCXZ Jb
E4 IN AL,Ib
E5 IN eAX,Ib
E6 OUT Ib,AL
E7 OUT Ib,eAX
E8 CALL Jz
E9 JMP Jz
EA JMPF Ap
EB JMP Jb
EC IN AL,DX
ED IN eAX,DX
EE OUT DX,AL
EF OUT DX,eAX
F1 INT1 80386
F4 HLT
F5 CMC
F6/0 TEST Eb,Ib
F6/1 TEST Eb,Ib
F6/2 NOT Eb lock
F6/3 NEG Eb lock
F6/4 MUL Eb
F6/5 IMUL Eb
F6/6 DIV Eb
F6/7 IDIV Eb
F7/0 TEST Ev,Iz
F7/1 TEST Ev,Iz
F7/2 NOT Ev lock
F7/3 NEG Ev lock
F7/4 MUL Ev
F7/5 IMUL Ev
F7/6 DIV Ev
F7/7 IDIV Ev
F8 CLC
F9 STC
FA CLI
FB STI
FC CLD
FD STD
FE/0 INC Eb lock
FE/1 DEC Eb lock
FF/0 INC Ev lock
FF/1 DEC Ev lock
FF/2 CALL Ev
FF/3 CALLF Mp
FF/4 JMP Ev
FF/5 JMPF Mp
FF/6 PUSH Ev
FF/7 PUSH Ev =8086
`;
