; Protected mode without an interrupt table: loading a bad selector is a fault, the fault is one, the double fault is one.
%include "guest.inc"
        lgdt [table]
        lidt [none]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp 8:protected
protected: mov ax, 0x10
        mov ds, ax
        mov ss, ax
        mov al, 1
        out 0x40, al
        mov ax, 0xfff8
        mov es, ax
        out 0x41, al
        hlt
        align 8
gdt     dq 0
        dq 0x00009b000000ffff   ; 08: code, 16 bits, base 0, limit FFFF
        dq 0x000093000000ffff   ; 10: data
table   dw 23
        dd gdt
none    dw 0
        dd 0
