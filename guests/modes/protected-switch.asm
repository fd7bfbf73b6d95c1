; Protected mode, entered from real mode (Intel SDM volume 3A, 10.9.1).
%include "modes.inc"
        bits 16
        protect
        mov esi, message
        mov edi, TEXT_SCREEN
        print esi, edi
        hlt
message db 'protected mode', 0
        gdt
