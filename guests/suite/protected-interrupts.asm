; Interrupt and trap gates, INT n by privilege level, IRETD, and from level 3 to level 0.
%include "protected.inc"
        enter_protected
        mov dword [TSS_AT + 4], STACK0
        mov dword [TSS_AT + 8], DATA32
        mov ax, TSS
        ltr ax
        gate 0x30, interrupt, 0x8e
        gate 0x31, interrupt, 0x8f
        gate 0x32, from_user, 0xee
        gate 0x33, interrupt, 0x0e
        push dword 2
        popfd
        sti
        int 0x30
        int 0x31
        cli
        show esp
        fails int 0x33                  ; not present
        fails int 0xff                  ; an empty entry
        fails ud2
        xor ecx, ecx
        fails div ecx
        mov dword [RESUME], .on
        mov [RESUME_SP], esp
        int3
.on:    push dword UDATA
        push dword 0x7800
        push dword 0x1002
        push dword UCODE
        push dword user
        iretd
user:   mov ax, UDATA
        mov ds, ax
        int 0x32
        mov ax, UDATA                   ; DS was of level 0, and is null now
        mov ds, ax
        fails int 0x30                  ; of level 0 alone
        done                            ; the handlers go on at level 0
interrupt:
        show [esp + 8]                  ; EFLAGS
        show [esp + 4]                  ; CS
        pushfd
        pop eax
        and eax, 0x200
        show eax
        iretd
from_user:
        mov ax, DATA32
        mov ds, ax
        show esp
        show [esp + 4]
        show [esp + 12]
        show [esp + 16]
        iretd
