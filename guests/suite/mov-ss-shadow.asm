; MOV SS and POP SS hold traps back until the next instruction is done, so that SS and SP can be changed together.
%include "guest.inc"
        mov di, 0x4000
        handler 1, step
        mov ax, 0
        jmp start
        place 0x1040
start:  setflags TF
        nop                     ; at 1044
        mov ss, ax              ; no trap
        mov sp, 0x8000
        push ss
        pop ss                  ; no trap
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
log     dw 0x4000
