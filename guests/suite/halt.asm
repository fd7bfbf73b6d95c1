; HLT with interrupts off.
%include "guest.inc"
        mov ax, 0x1234
        push ax
        setflags CF | ZF
        hlt
        push ax
        done
