; DIV and IDIV at 8, 16 and 32 bits: quotients are cut towards zero, and the remainder has the dividend's sign.
%include "guest.inc"
        mov ax, 0x0123
        mov bl, 0x10
        div bl
        push ax
        mov dx, 0x0001
        mov ax, 0x0001
        mov bx, 0x0010
        div bx
        push dx
        push ax
        mov edx, 0x00000001
        mov eax, 0x00000003
        mov ebx, 0x00000010
        div ebx
        push edx
        push eax
        mov ax, -7
        mov bl, 2
        idiv bl
        push ax
        mov ax, 7
        mov bl, -2
        idiv bl
        push ax
        mov dx, -1
        mov ax, -1000
        idiv word [divisor]
        push dx
        push ax
        mov eax, -100000
        cdq
        mov ebx, 7
        idiv ebx
        push edx
        push eax
; the largest quotients that fit
        mov ax, 0xfeff
        mov bl, 0xff
        div bl
        push ax
        mov ax, 127 * 127
        mov bl, 127
        idiv bl
        push ax
        mov ax, -128
        mov bl, 1
        idiv bl
        push ax
        done
divisor dw 300
