; Task switches: JMP, CALL and IRET, a task gate, the busy bit and the links.
%include "protected.inc"
        enter_protected
        mov ax, TSS
        ltr ax
        mov edi, TSS2_AT
        mov ecx, 26
        xor eax, eax
        rep stosd
        mov dword [TSS2_AT + 0x20], other
        mov dword [TSS2_AT + 0x24], 2
        mov dword [TSS2_AT + 0x28], 0xa
        mov dword [TSS2_AT + 0x38], 0x6800
        mov dword [TSS2_AT + 0x48], DATA32
        mov dword [TSS2_AT + 0x4c], CODE32
        mov dword [TSS2_AT + 0x50], DATA32
        mov dword [TSS2_AT + 0x54], DATA32
        mov ebx, 0xb
        call TSS2:0
        show eax                        ; this task's own
        show ebx
        mov eax, [GDT + TSS2 + 4]
        show eax                        ; no longer busy
        pushfd
        pop eax
        and eax, 0x4000
        show eax                        ; NT
        call TASKG:0
        show ebx
        mov eax, cr0
        and eax, 8
        show eax                        ; TS
        jmp TSS2:0
        show 0xdead
other:  show eax
        mov ax, [TSS2_AT]
        movzx eax, ax
        show eax                        ; the link
        pushfd
        pop eax
        and eax, 0x4000
        show eax
        mov eax, [GDT + TSS + 4]
        show eax                        ; busy, still
        mov eax, 0xa2
        iretd
        ; Here it goes on the next time.
        show eax
        str ax
        movzx eax, ax
        show eax
        iretd
        show 0x77
        mov eax, [GDT + TSS + 4]
        show eax                        ; left by JMP: not busy
        done
