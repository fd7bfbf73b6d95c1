; Accesses of which one part is memory and the other part is not.
%include "guest.inc"
        mov ax, 0x0f00
        mov es, ax              ; ES:0FFF is the last byte of memory
        mov word [es:0x0fff], 0x2211
        mov dword [es:0x0ffd], 0x66554433
        mov dword [es:0x0ffe], 0xaa998877
        mov al, [es:0x0fff]
        push ax
        mov ax, [es:0x0fff]
        push ax
        mov eax, [es:0x0ffd]
        push eax
        add word [es:0x0fff], 0x0101
        mov al, [es:0x0fff]
        push ax
        les bx, [es:0x0fff]     ; one byte and three
        done
