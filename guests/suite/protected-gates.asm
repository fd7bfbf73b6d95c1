; Call gates: to the same level, and from level 3 to level 0 with parameters.
%include "protected.inc"
        enter_protected
        ; A gate to the same level.
        descriptor CALLG, (CODE32 << 16) + 0x9000, 0x0000ec00
        mov dword [0x9000], 0x1234b866  ; mov ax, 1234h
        mov word [0x9004], 0xcb         ; retf
        xor eax, eax
        call CALLG:0
        show eax
        mov dword [0x5000], 0xfffff000
        mov word [0x5004], CODE16
        fails jmp far [0x5000]          ; beyond its limit
        ; Level 3 and back: a gate with two parameters.
        mov dword [TSS_AT + 4], STACK0
        mov dword [TSS_AT + 8], DATA32
        mov ax, TSS
        ltr ax
        mov dword [GDT + (CALLUP & ~7)], (CODE32 << 16) + 0x9010
        mov dword [GDT + (CALLUP & ~7) + 4], 0x0000ec02
        mov byte [0x9010], 0xe9         ; jmp inner
        mov dword [0x9011], inner - 0x9015
        mov dword [RESUME], finished
        mov [RESUME_SP], esp
        push dword UDATA
        push dword 0x7800
        push dword UCODE
        push dword user
        retf
inner:  mov ax, DATA32
        mov ds, ax
        mov ax, cs
        movzx eax, ax
        show eax
        show esp
        show [esp + 8]                  ; the second parameter
        show [esp + 12]                 ; the first
        show [esp + 16]                 ; ESP of level 3
        show [esp + 20]
        retf 8
user:   mov ax, UDATA
        mov ds, ax
        mov es, ax
        mov ax, cs
        movzx eax, ax
        mov ebx, esp
        push dword 0x11111111
        push dword 0x22222222
        call CALLUP:0
        sub ebx, esp                    ; the parameters are released
        add ebx, eax
        mov ax, ds
        ; DS was of level 0: it is null by now.
        movzx eax, ax
        push ebx
        push eax
        call CALLUP:0
        cli                             ; not for level 3
        ud2
finished:
        done
