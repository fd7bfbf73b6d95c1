; IN: only AL, AX or EAX change.
%include "guest.inc"
        setflags ALL
        mov eax, 0x11223344
        in al, 0x40
        push eax
        in ax, 0x42
        push eax
        in eax, 0x44
        push eax
        mov dx, 0x310
        in al, dx
        push eax
        in ax, dx
        push eax
        in eax, dx
        push eax
        in al, 0x5f
        seen eax
        done
