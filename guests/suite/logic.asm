; AND, OR, XOR, TEST and NOT: results, and the flags that they clear.
%include "guest.inc"
        setflags ALL
        mov ax, 0xf00f
        and ax, 0x8ff0
        seen ax
        setflags ALL
        mov ax, 0x12f0
        and al, 0x0f
        seen ax
        setflags ALL
        mov eax, 0x80000000
        or eax, 0x00000003
        seen eax
        setflags ALL
        xor ecx, ecx
        seen ecx
        setflags CF | OF
        mov ax, 0x5555
        xor ax, 0xffff
        seen ax
        setflags ALL
        mov ax, 0x8001
        test ax, 0x8000
        seen ax
        setflags ALL
        test ah, 0x01
        seen
        setflags ALL
        not ax
        seen ax
        setflags 0
        mov word [variable], 0x0ff0
        not word [variable]
        seen word [variable]
        or byte [variable + 1], 0x0f
        seen word [variable]
        and word [variable], -2
        seen word [variable]
        test word [variable], 0x0f00
        seen word [variable]
        done
variable dw 0
