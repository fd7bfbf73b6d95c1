; jmp $, the short form.
%include "guest.inc"
        mov ax, 0x1234
        push ax
        jmp start
        place 0x1010
start:  jmp short start
