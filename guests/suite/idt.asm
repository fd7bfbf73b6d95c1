; LIDT moves the interrupt table; SIDT, SMSW.
%include "guest.inc"
        sidt [0x4000]
        mov word [0x5000 + 0x31 * 4], handle
        mov word [0x5000 + 0x31 * 4 + 2], 0
        mov ax, 1
        lidt [table]
        int 0x31
        push ax
        sidt [0x4010]
        smsw ax
        and ax, 0x001f          ; ET TS EM MP PE
        push ax
        o32 lidt [table32]
        o32 sidt [0x4020]
        mov word [0x4030], 0x5555
        smsw [0x4030]
        mov ax, [0x4030]
        and ax, 0x001f
        push ax
        done
handle: add ax, 0x100
        iret
table   dw 0x03ff
        dd 0xab005000           ; with 16-bit operands, 24 bits of base
table32 dw 0x0123
        dd 0x00105000
