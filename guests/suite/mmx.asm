; MMX: moves, arithmetic that wraps and saturates, comparisons, shifts, and the registers that the x87 shares.
%include "guest.inc"
        mov eax, cr0
        and al, 0xf1
        or al, 0x22
        mov cr0, eax
        fninit
        movq mm0, [a]
        movq mm1, [b]
%macro result 2
        movq mm2, mm0
        %1 mm2, mm1
        movq [%2], mm2
%endmacro
        result paddb, 0x4000
        result paddsb, 0x4008
        result paddusb, 0x4010
        result psubsw, 0x4018
        result psubusw, 0x4020
        result pmullw, 0x4028
        result pmulhw, 0x4030
        result pmaddwd, 0x4038
        result pcmpeqb, 0x4040
        result pcmpgtw, 0x4048
        result packsswb, 0x4050
        result packuswb, 0x4058
        result punpcklbw, 0x4060
        result punpckhwd, 0x4068
        result pand, 0x4070
        result pandn, 0x4078
        result pxor, 0x4080
        movq mm3, mm0
        psllw mm3, 3
        movq [0x4088], mm3
        movq mm3, mm0
        psraw mm3, 4
        movq [0x4090], mm3
        movq mm3, mm0
        psrlq mm3, 20
        movq [0x4098], mm3
        movd eax, mm0
        push eax
        movd mm4, eax
        movq [0x40a0], mm4
        ; MM0 is the significand of an x87 register whose exponent is all ones by now.
        fnsave [0x4100]
        mov eax, [0x4100 + 14]
        push eax
        push word [0x4100 + 14 + 8]
        push word [0x4100 + 4]  ; tags: all in use
        fninit
        movq mm5, [a]
        emms
        fnstenv [0x4100]
        push word [0x4100 + 4]  ; all empty
        done
        align 8
a       db 0x7f, 0x80, 0x01, 0xff, 0x10, 0x20, 0xf0, 0x0f
b       db 0x01, 0x80, 0xff, 0xff, 0x10, 0x30, 0x20, 0x01
