; Stores of 1, 2 and 4 bytes to addresses that are not memory, at aligned and at odd addresses.
%include "guest.inc"
        mov ax, 0x1000
        mov es, ax
        mov eax, 0x89abcdef
        mov bx, 0x10
        mov [es:0x0000], al
        mov [es:0x0001], ah
        mov [es:0x0002], ax
        mov [es:0x0004], eax
        mov [es:bx], ax
        mov [es:bx + 1], ax
        mov [es:bx + 3], eax
        mov byte [es:bx], 0x12
        mov word [es:bx], 0x1234
        mov dword [es:bx], 0x12345678
        mov [es:bx], ds
        mov [es:ebx * 4 + 1], bl
        mov edi, 0x20
        setflags CF
        setc [es:di]
        done
