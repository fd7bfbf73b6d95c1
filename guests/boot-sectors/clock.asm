; A clock: the time and the date as INT 1Ah, AH=02h and 04h give them, in BCD, again and again in the same place.

bits 16
org 0x7c00

        mov ax, cs
        mov ds, ax
again:  mov ah, 2
        mov bh, 0
        mov dx, 0x0a20
        int 0x10
        mov ah, 4
        int 0x1a
        jc $
        mov al, ch
        call bcd
        mov al, cl
        call bcd
        mov al, '-'
        call put
        mov al, dh
        call bcd
        mov al, '-'
        call put
        mov al, dl
        call bcd
        mov al, ' '
        call put
        mov ah, 2
        int 0x1a
        mov al, ch
        call bcd
        mov al, ':'
        call put
        mov al, cl
        call bcd
        mov al, ':'
        call put
        mov al, dh
        call bcd
        hlt                             ; until something happens
        jmp again

bcd:    push ax
        shr al, 4
        add al, '0'
        call put
        pop ax
        and al, 15
        add al, '0'
put:    mov ah, 0x0e
        mov bx, 7
        int 0x10
        ret

        times 510 - ($ - $$) db 0
        dw 0xaa55
