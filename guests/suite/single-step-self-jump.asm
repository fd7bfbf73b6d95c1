; A jump to itself with TF set, for longer than a time slice of the host. The handler of the trap counts, and in the end
; returns somewhere else, with TF clear.
%include "guest.inc"
        handler 1, step
        mov cx, 20000
        setflags TF
        jmp $
step:   dec cx
        jnz .back
        mov bp, sp
        mov word [bp], after
        and word [bp + 4], ~TF
.back:  iret
after:  mov bx, 0x600d
        seen cx
        done
