; Ports that nobody owns read as all ones and swallow what is written; so do the last ports of all.
%include "guest.inc"
        mov eax, 0
        mov dx, 0x9000
        in al, dx
        push eax
        mov ax, 0
        in ax, dx
        push eax
        in eax, dx
        push eax
        mov ax, 0x1234
        out dx, ax
        mov dx, 0xffff
        out dx, al
        in al, dx
        push ax
        done
