; Exceptions of protected mode: vectors, error codes, what is on the stack, and what is left to be done.
%include "protected.inc"
        enter_protected
        push dword 2
        popfd
        mov ecx, 0
        mov edx, 0
        mov eax, 7
        fails div ecx
        sub esp, 16
        show [esp + 12]                 ; EFLAGS, with RF
        show [esp + 8]                  ; CS
        add esp, 16
        show eax                        ; as before the DIV
        fails ud2
        fails lldt [code]               ; not an LDT
        fails ltr [code]
        ; A REP instruction leaves what is left to be done.
        mov ax, LIMITED
        mov fs, ax
        mov es, ax
        mov edi, 0xff0
        mov ecx, 0x20
        mov al, 0x77
        mov dword [RESUME], .after
        mov [RESUME_SP], esp
        rep stosb
.after: show edi
        show ecx
        show [0x4ffc]
        ; A write that does not fit changes nothing.
        mov dword [0x4ffc], 0x01020304
        fails add dword [fs:0xffe], 1
        show [0x4ffc]
        fails div dword [fs:0x1000]     ; the operand before the division
        done
code    dw CODE32
