; Stores to read-only memory are dropped; it can be read, and run.
%include "guest.inc"
        mov ax, 0xf000
        mov es, ax
        push word [es:0]
        mov word [es:0], 0x1234
        push word [es:0]
        inc byte [es:1]
        push word [es:0]
        mov ax, 0
        call 0xf000:0x0100
        push ax
        done
