; TF: a trap behind each instruction, from the one after the POPF that sets it. The handler begins with TF clear. A repeated
; string instruction traps after each element.
%include "guest.inc"
        mov di, 0x4000
        mov ax, ds
        mov es, ax
        handler 1, step
        jmp start
        place 0x1040
start:  setflags TF
        nop                     ; at 1044
        mov cx, 2
        jmp short .over
        hlt
.over:  loop .over
        mov si, 0x5000
        push di
        mov di, 0x5100
        mov cx, 2
        rep movsb
        pop di
        push word 0
        popf                    ; one more trap: TF was set when it began
        nop
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
