; #UD through vector 6: the return address is the instruction itself.
%include "guest.inc"
        handler 6, undefined
        mov di, 0x4000
        mov si, .next1
        jmp .first
        place 0x1020
.first: ud2
.next1: mov si, .next2
        db 0xf0, 0x90           ; lock nop
.next2: mov si, .next3
        db 0x8e, 0xc8           ; mov cs, ax
.next3: mov si, .next4
        db 0x8d, 0xc0           ; lea with a register
.next4: mov si, .next5
        db 0xf0, 0x01, 0xc0     ; lock add ax, ax
.next5: push word [count]
        done
undefined: inc word [count]
        pop ax
        add sp, 4
        note ax
        jmp si
count   dw 0
