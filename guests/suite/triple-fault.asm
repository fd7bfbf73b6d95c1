; An interrupt table with room for no vector: the INT is a fault, the fault is one, the double fault is one.
%include "guest.inc"
        lidt [table]
        mov al, 1
        out 0x40, al
        int 0x30
        out 0x41, al
        done
table   dw 0
        dd 0
