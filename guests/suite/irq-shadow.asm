; Two interrupts wait while IF is 0. STI lets them in behind the instruction that follows it, the more urgent first.
%include "guest.inc"
        handler 0x21, first
        handler 0x23, second
        mov di, 0x4000
        mov cx, 0
        jmp start
        place 0x1040
start:  mov al, 3
        out 0x20, al
        mov al, 1
        out 0x20, al
        in al, 0x20
        push ax
        nop
        sti                     ; at 104c
        inc cx                  ; at 104d
        inc cx
        inc cx
        cli
        push cx
        done
first:  mov ax, 1
        jmp noted
second: mov ax, 3
noted:  note ax
        mov bp, sp
        mov ax, [bp]
        note ax
        note cx
        iret
