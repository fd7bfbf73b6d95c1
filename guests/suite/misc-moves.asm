; MOV in its odder forms, LEA, XLAT and NOP.
%include "guest.inc"
        mov ax, 0x1234
        mov [0x4000], ax        ; the form with the address in the instruction
        mov al, 0xff
        mov al, [0x4000]
        push ax
        mov ah, [0x4001]
        push ax
        mov byte [0x4002], 0x56
        mov eax, [0x4000]
        push eax
        mov [0x4004], eax
        push word [0x4006]
        mov dl, 0x11
        mov dh, 0x22
        mov ch, dh
        mov cl, dl
        push cx
        mov ecx, 0xdeadbeef
        mov cx, 0x0001          ; keeps the upper half
        push ecx
        mov ax, 0x0700
        mov ds, ax
        mov bx, ds
        push bx
        mov [0x0000], ds        ; at 7000
        push word [0x0000]
        mov edx, 0xffffffff
        mov edx, ds             ; to a 32-bit register: zero-extended
        push edx
        mov ax, 0
        mov ds, ax
        mov bx, 0x1111
        mov si, 0x2222
        lea ax, [bx + si + 0x10]
        push ax
        lea eax, [bx + si - 0x4000]
        push eax
        lea eax, [ebx * 8 + esi]
        and eax, 0x0fffffff
        push eax
        lea ax, [esi + 0x12340000]
        push ax
        mov bx, table
        mov al, 2
        xlatb
        push ax
        mov bx, table - 0xf0
        mov al, 0xf1
        xlatb
        push ax
        xchg ax, ax
        nop
        done
table   db 0x10, 0x21, 0x32, 0x43
