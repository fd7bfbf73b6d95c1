; 80 columns and 50 rows: the font of 8 scan lines. Each row says its number, in its colour, by INT 10h, AH=13h.

bits 16
org 0x7c00

        push cs
        pop ds
        push cs
        pop es
        mov ax, 0x0003
        int 0x10
        mov ax, 0x1112
        mov bl, 0
        int 0x10
        mov dx, 0
row:    mov al, dh
        aam
        add ax, '00'
        xchg al, ah
        mov [digits], ax
        mov ax, 0x1300
        mov bh, 0
        mov bl, dh
        and bl, 15
        or bl, 8
        mov cx, length
        mov bp, text
        int 0x10
        inc dl
        inc dh
        cmp dh, 50
        jne row
        jmp $

text    db 'row '
digits  db '00'
length  equ $ - text

        times 510 - ($ - $$) db 0
        dw 0xaa55
