; A port write raises an interrupt line: the handler runs, once.
%include "guest.inc"
        handler 0x22, handle
        sti
        mov al, 2
        out 0x20, al
wait1:  cmp word [count], 1
        jne wait1
        out 0x20, al
wait2:  cmp word [count], 2
        jne wait2
        in al, 0x20             ; none waits
        cli
        seen ax, word [count], word [inside]
        done
handle: inc word [count]
        pushf
        pop word [inside]
        iret
count   dw 0
inside  dw 0
