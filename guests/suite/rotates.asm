; ROL, ROR, RCL and RCR: results and CF; OF for counts of 1; SF, ZF, AF and PF stay as they are.
%include "guest.inc"
        setflags SF | ZF | AF | PF
        mov ax, 0x8001
        rol ax, 1
        seen ax
        setflags 0
        mov ax, 0x8001
        ror ax, 1
        seen ax
        setflags CF
        mov ax, 0x4000
        rcl ax, 1
        seen ax
        setflags CF
        mov ax, 0x0002
        rcr ax, 1
        seen ax
        setflags 0
        mov ax, 0x1281
        rol al, 4
        seen ax
        setflags 0
        mov eax, 0x12345678
        mov cl, 8
        ror eax, cl
        seen eax
; a full turn changes nothing but CF
        setflags 0
        mov ax, 0x1281
        rol al, 8
        seen ax
        setflags ALL
        mov ax, 0x1234
        mov cl, 16
        ror ax, cl
        seen ax
; through the carry, a byte has nine bits and a word seventeen
        setflags CF
        mov ax, 0x1255
        mov cl, 9
        rcl al, cl
        seen ax
        setflags CF
        mov ax, 0x1255
        mov cl, 10
        rcl al, cl
        seen ax
        setflags 0
        mov ax, 0x8003
        mov cl, 18
        rcr ax, cl
        seen ax
        setflags CF
        mov eax, 0x80000000
        rcl eax, 4
        seen eax
        setflags ALL
        mov ax, 0xabcd
        mov cl, 0
        rcr ax, cl
        seen ax
        setflags ALL
        mov cl, 32
        rol ax, cl
        seen ax
        setflags 0
        mov word [variable], 0x1234
        ror word [variable], 4
        seen word [variable]
        setflags CF
        rcr byte [variable], 1
        seen word [variable]
        done
variable dw 0
