; SSE and SSE2: moves, arithmetic, roundings and exceptions of MXCSR, conversions, shuffles, integers.
%include "guest.inc"
        mov eax, cr0
        and al, 0xf1
        or al, 0x22
        mov cr0, eax
        mov eax, cr4
        or ax, 0x600            ; OSFXSR, OSXMMEXCPT
        mov cr4, eax
        fninit
        ldmxcsr [standard]
        movups xmm0, [a]
        movups xmm1, [b]
%macro result 2
        movaps xmm2, xmm0
        %1 xmm2, xmm1
        movups [%2], xmm2
%endmacro
        result addps, 0x4000
        result mulps, 0x4010
        result divps, 0x4020
        result minps, 0x4030
        result subss, 0x4040
        movaps xmm2, xmm0
        cmpps xmm2, xmm1, 1
        movups [0x4050], xmm2
        sqrtps xmm2, xmm0
        movups [0x4060], xmm2
        movaps xmm2, xmm0
        shufps xmm2, xmm1, 0x1b
        movups [0x4070], xmm2
        movmskps eax, xmm1
        push eax
        ; 2.5 to an integer, in four roundings.
        mov si, controls
.round: ldmxcsr [si]
        cvtss2si eax, [half]
        push ax
        add si, 4
        cmp si, controls + 16
        jb .round
        ldmxcsr [standard]
        cvttss2si eax, [half]
        push ax
        ; Exceptions leave their flags.
        xorps xmm3, xmm3
        movss xmm4, [a]
        divss xmm4, xmm3
        movss [0x4080], xmm4
        stmxcsr [0x4084]
        ldmxcsr [standard]
        ucomiss xmm0, xmm1
        pushf
        pop ax
        and ax, 0x45
        push ax
        ; SSE2.
        movupd xmm5, [c]
        addpd xmm5, [d]
        movupd [0x4090], xmm5
        cvtpd2ps xmm6, xmm5
        movups [0x40a0], xmm6
        cvtdq2pd xmm6, [e]
        movupd [0x40b0], xmm6
        movdqu xmm7, [e]
        paddq xmm7, [e]
        movdqu [0x40c0], xmm7
        pshufd xmm7, [e], 0x1b
        movdqu [0x40d0], xmm7
        movdqu xmm7, [e]
        pslldq xmm7, 3
        movdqu [0x40e0], xmm7
        pmovmskb eax, xmm7
        push ax
        ; What is not aligned: #GP.
        handler 13, protection
        mov si, .next
        movaps xmm0, [a + 1]
.next:  fxsave [0x5000]
        mov eax, [0x5000 + 24]
        push eax                ; MXCSR
        mov eax, [0x5000 + 160 + 7 * 16]
        push eax                ; XMM7
        done
protection:
        add sp, 6
        push word 13
        jmp si
        align 16
a       dd 1.0, 2.0, -4.0, 16.0
b       dd 2.0, -8.0, -2.0, 0.5
c       dq 1.5, -0.25
d       dq 0.25, 100.0
e       dd 1, -2, 0x7fffffff, 4
half    dd 2.5
standard dd 0x1f80
controls dd 0x1f80, 0x3f80, 0x5f80, 0x7f80
