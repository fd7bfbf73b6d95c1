; INT n, INT3, INTO, IRET and IRETD: what is pushed, and which flags the handler begins with.
%include "guest.inc"
        mov di, 0x4000
        handler 0x30, handle
        handler 3, handle
        handler 4, handle
        jmp start
        place 0x1040
start:  setflags ALL | IF | DF
        int 0x30
        seen
        jmp second
        place 0x1060
second: setflags 0
        int3
        seen
        into                    ; not taken
        setflags OF
        jmp third
        place 0x1080
third:  into
        seen
        push dword CF | SF
        push dword 0
        push dword fourth
        iretd
        hlt
fourth: seen
; a byte form of INT 3, which goes to the same vector
        jmp fifth
        place 0x10a0
fifth:  db 0xcd, 3
        done
handle: pushf
        pop ax
        mov bp, sp
        note ax
        mov ax, [bp]
        note ax
        mov ax, [bp + 2]
        note ax
        mov ax, [bp + 4]
        note ax
        iret
