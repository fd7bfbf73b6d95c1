; Instructions that reach beyond offset FFFF, or beyond 15 bytes, are vector 13.
%include "guest.inc"
        handler 13, protection
        mov di, 0x4000
        jmp start
        place 0x1020
start:  mov si, .next1
        mov word [0xffff - 1], 0xb090 ; nop, then the first byte of mov al, imm8
        mov bx, 0xfffe
        jmp bx
.next1: mov si, .next2
        jmp near long_
.next2: push ax
        mov byte [0xffff], 0x90 ; a nop at the very end: then IP is 10000
        mov si, .next3
        mov bx, 0xffff
        jmp bx
.next3: push ax
        done
        place 0x1080
long_:  times 15 db 0x66        ; 16 bytes
        nop
        done
protection: pop ax
        add sp, 4
        note ax
        jmp si
