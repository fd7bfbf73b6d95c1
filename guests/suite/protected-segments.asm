; Segments of protected mode: what may be loaded, and what they allow.
%include "protected.inc"
        enter_protected
        mov eax, cr0
        and eax, 1
        show eax
        ; Limits.
        mov ax, LIMITED
        mov fs, ax
        mov dword [fs:0xffc], 0x11223344
        show [0x4ffc]
        fails mov eax, [fs:0xffd]
        fails mov byte [fs:0x1000], 1
        mov al, [fs:0xfff]
        movzx eax, al
        show eax
        mov ax, DOWN
        mov gs, ax
        fails mov eax, [gs:0x4ffc]
        mov dword [gs:0x5000], 0x55667788
        show [0x5000]
        ; Rights.
        mov ax, READ
        mov fs, ax
        mov eax, [fs:0x5000]
        show eax
        fails mov [fs:0x5000], eax
        fails mov [cs:0x5000], eax
        mov eax, [cs:0x5000]
        show eax
        ; Selectors.
        mov ax, ABSENT
        fails mov fs, ax
        mov ax, 0xfff8
        fails mov fs, ax
        mov ax, CODE32
        fails mov ss, ax
        xor ax, ax
        fails mov ss, ax
        mov fs, ax                      ; a null selector may be loaded there
        fails mov al, [fs:0]
        mov ax, DATA32 | 3
        fails mov ss, ax
        mov ax, TSS
        fails mov ds, ax
        mov ax, cs
        movzx eax, ax
        show eax
        ; The stack beyond its limit.
        descriptor FREE, 0x0000_4fff, 0x00409300
        mov ax, FREE
        mov [RESUME_SP], esp
        mov dword [RESUME], .after
        mov ss, ax
        mov esp, 0x4ffe
        pop eax
        show 0xdead
.after: mov ax, DATA32
        mov ss, ax
        mov esp, [RESUME_SP]
        show esp
        done
