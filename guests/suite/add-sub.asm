; ADD, ADC, SUB, SBB, CMP, INC, DEC and NEG at 8, 16 and 32 bits: results and flags.
%include "guest.inc"
        mov al, 0x7f
        add al, 1
        seen ax
        mov al, 0xff
        add al, 1
        seen ax
        mov ax, 0x8000
        add ax, 0x8000
        seen ax
        mov eax, 0x7fffffff
        add eax, 0x80000001
        seen eax
        stc
        mov ax, 0xffff
        adc ax, 0
        seen ax
        stc
        mov ax, 0x007f
        adc al, 0x7f
        seen ax
        mov ax, 0
        sub al, 1
        seen ax
        mov ax, 0x8000
        sub ax, 1
        seen ax
        stc
        mov eax, 0
        sbb eax, 0xffffffff
        seen eax
        mov ax, 0x1210
        cmp al, 0x20
        seen ax
        stc
        mov ax, 0x12ff
        inc al
        seen ax
        clc
        mov ax, 0x7fff
        inc ax
        seen ax
        stc
        mov ax, 0x8000
        dec ax
        seen ax
        clc
        mov eax, 0
        dec eax
        seen eax
        mov ax, 0x3400
        neg al
        seen ax
        mov ax, 0x8000
        neg ax
        seen ax
        mov eax, 1
        neg eax
        seen eax
; memory as destination and as source, and an immediate byte that is sign-extended
        mov word [variable], 0x00f0
        add byte [variable], 0x20
        seen word [variable]
        add word [variable], -0x11
        seen word [variable]
        mov ax, 0x1234
        add [variable], ax
        seen word [variable]
        sub ax, [variable]
        seen ax
        mov dword [variable], 0xfffffff0
        add dword [variable], 0x0f
        seen dword [variable]
        cmp dword [variable], -1
        seen
        done
variable dd 0
