; An interrupt that waits is not taken while IF is 0. STI, POPF and IRET let it in.
%include "guest.inc"
        handler 0x20, handle
        mov cx, 0
        mov al, 0
        out 0x20, al
        mov dx, 1000
spin:   dec dx
        jnz spin
        push cx
        sti
        call settle
        push cx
        out 0x20, al
        push word IF
        popf
        call settle
        push cx
        out 0x20, al
        push word IF
        push cs
        push word back
        iret
        hlt
back:   call settle
        push cx
        done
; long enough for an interrupt to come, however coarsely the host looks for it
settle: mov dx, 10000
.again: dec dx
        jnz .again
        cli
        ret
handle: inc cx
        iret
