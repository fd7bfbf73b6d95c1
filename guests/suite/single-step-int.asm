; An INT clears TF before the trap behind it would come: its handler is not stepped through. IRET sets TF again, and like
; POPF it lets the next instruction through first.
%include "guest.inc"
        handler 1, step
        handler 0x30, plain
        jmp start
        place 0x1040
start:  setflags TF
        nop                     ; at 1044
        int 0x30                ; at 1045
        nop
        nop
        push word 0
        popf
        done
step:   push bp
        mov bp, sp
        push ax
        mov ax, [bp + 2]
        mov bp, [log]
        mov [bp], ax
        add word [log], 2
        pop ax
        pop bp
        iret
plain:  nop
        iret
log     dw 0x4000
