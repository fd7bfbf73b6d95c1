; Level 3: what it may not do, and how it is left by exceptions, with a stack of level 0.
%include "protected.inc"
%macro in_user 0                        ; goes to level 3, to the code that follows, from level 0
        push dword UDATA
        push dword 0x7800
        push dword UCODE
        push dword %%user
        retf
%%user: push dword UDATA
        pop ds
%endmacro
; refused INSTRUCTION: fails at level 3.
%macro refused 1+
        in_user
        fails %1
        mov esp, STACK
%endmacro
        enter_protected
        mov dword [TSS_AT + 4], STACK0
        mov dword [TSS_AT + 8], DATA32
        mov dword [TSS_AT + 0x64], 0x00680000
        mov ax, TSS
        ltr ax
        refused cli
        refused hlt
        refused mov cr0, eax
        refused mov eax, cr3
        refused lgdt [gdtr]
        refused invlpg [0]
        refused clts
        refused mov ax, DATA32
        mov ax, cs
        movzx eax, ax
        show eax
        in_user
        mov dword [RESUME], .data
        mov [RESUME_SP], esp
        mov ax, DATA32                  ; of level 0
        mov ds, ax
        show 0xdead
.data:  in_user
        mov dword [RESUME], .port
        mov [RESUME_SP], esp
        out 0x40, al                    ; IOPL is 0, and there is no map
        hlt
.port:  show [STACK0 - 4]               ; SS of level 3
        show [STACK0 - 8]               ; ESP
        show [STACK0 - 16]              ; CS
        done
