; A PUSH with SP = 1 is a fault, and so is pushing its return address, and that of the double fault.
%include "guest.inc"
        mov al, 1
        out 0x40, al
        mov sp, 1
        push ax
        out 0x41, al
        done
