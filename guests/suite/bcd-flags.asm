; AAM and AAD where AL and AX differ in their sign, or in being zero.
%include "guest.inc"
        mov al, 20
        aam
        seen ax
        mov ax, 0x0f0e
        aad 16
        seen ax
        done
