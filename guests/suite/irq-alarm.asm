; HLT sleeps until an alarm's interrupt wakes the CPU.
%include "guest.inc"
        handler 0x25, handle
        mov bx, 0
        mov cx, 3
again:  mov al, 5
        out 0x21, al            ; in a moment
sleep:  sti
        hlt
        cli
        inc bx
        cmp word [ticks], bx
        jne fail
        loop again
        push word [ticks]
        done
fail:   push word 0xbad
        done
handle: inc word [ticks]
        iret
ticks   dw 0
