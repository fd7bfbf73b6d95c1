; SHLD and SHRD.
%include "guest.inc"
        mov ax, 0x1234
        mov bx, 0xabcd
        shld ax, bx, 4
        seen ax
        shrd ax, bx, 8
        seen ax
        mov eax, 0x80000001
        mov ebx, 0xc0000000
        shld eax, ebx, 1
        seen eax
        mov cl, 33
        shrd eax, ebx, cl
        seen eax
        setflags ALL
        mov cl, 32
        shld ax, bx, cl
        seen ax
        setflags 0
        mov bx, 0x5678
        mov cl, 12
        shrd [value], bx, cl
        seen word [value]
        done
value   dw 0x9abc
