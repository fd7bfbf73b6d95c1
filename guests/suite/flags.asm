; LAHF, SAHF, CLC, STC, CMC, CLD, STD, and PUSHF and POPF of 16 and of 32 bits.
%include "guest.inc"
        mov ax, 0xff00
        setflags 0
        sahf
        seen
        lahf
        push ax
        mov ah, 0x00
        sahf
        seen
        lahf
        push ax
        stc
        seen
        cmc
        seen
        cmc
        clc
        seen
        std
        seen
        cld
        seen
        push word OF | DF | CF | 0x0028 ; bits 3 and 5 are always 0
        popf
        seen
        push dword 0
        popfd
        pushfd
        pop eax
        and eax, 0x0003ffff     ; without VIF, VIP and ID
        push eax
; the overflow flag survives SAHF
        setflags OF
        mov ah, 0xff
        sahf
        seen
        done
