; HLT with interrupts off, in a machine that could deliver one, and has one waiting.
%include "guest.inc"
        mov al, 4
        out 0x20, al
        hlt
        inc al
        done
