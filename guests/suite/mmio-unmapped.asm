; Addresses that nobody owns read as all ones, and swallow what is written. Beyond 1 MiB (FFFF:0010) no address wraps.
%include "guest.inc"
        mov ax, 0x3000
        mov es, ax
        mov eax, 0
        mov al, [es:0]
        push eax
        mov ax, [es:2]
        push eax
        mov eax, [es:4]
        push eax
        mov [es:8], eax
        mov ax, 0xffff
        mov es, ax
        xor ax, ax
        mov al, [es:0x0010]
        push ax
        mov [es:0xffff], al
        done
