; MUL and IMUL with one, two and three operands. CF and OF say whether the upper half counts.
%include "guest.inc"
        mov ax, 0x0f10
        mov bl, 0x0f
        mul bl
        seen ax
        mov al, 0x80
        mov bl, 0x02
        mul bl
        seen ax
        mov ax, 0x1234
        mov bx, 0x0100
        mul bx
        seen dx, ax
        mov eax, 0xffffffff
        mov ebx, 0xffffffff
        mul ebx
        seen edx, eax
        mov dx, 0x5555
        mov ax, 3
        mul word [factor]
        seen dx, ax
        mov al, 0xff
        mov bl, 0x02
        imul bl
        seen ax
        mov al, 0x80
        mov bl, 0x80
        imul bl
        seen ax
        mov ax, -3
        mov bx, 5
        imul bx
        seen dx, ax
        mov ax, 0x8000
        mov bx, 2
        imul bx
        seen dx, ax
        mov eax, 0x40000000
        mov ebx, -4
        imul ebx
        seen edx, eax
        mov ax, 0x0100
        mov bx, 0x0100
        imul ax, bx
        seen ax
        mov ax, -2
        imul ax, [factor]
        seen ax
        mov bx, 1000
        imul ax, bx, -3
        seen ax
        imul cx, bx, 0x1234
        seen cx
        imul eax, [wide], 0x10001
        seen eax
        done
factor  dw 7
wide    dd 0x00012345
