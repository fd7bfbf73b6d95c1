; jmp $, the near form, with interrupts on.
%include "guest.inc"
        mov ax, 0x1234
        push ax
        sti
        jmp short start
        place 0x1010
start:  jmp near start
