; HLT with interrupts on, in a machine that has none.
%include "guest.inc"
        mov ax, 0x5678
        sti
        hlt
        inc ax
        done
