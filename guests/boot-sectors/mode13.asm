; A game loop in mode 13h: a palette of one's own, a background by direct stores, and a box that the arrow keys move, drawn in the
; vertical retrace. Escape ends it, in text mode.

bits 16
org 0x7c00

        mov ax, 0x13
        int 0x10
        push word 0xa000
        pop es

        ; Colours 0 to 63: shades of blue. 255: red. The segments are what the BIOS left.
        mov dx, 0x3c8
        xor ax, ax
        out dx, al
        inc dx
.shade: xor al, al
        out dx, al
        out dx, al
        mov al, ah
        out dx, al
        inc ah
        cmp ah, 64
        jne .shade
        dec dx
        mov al, 255
        out dx, al
        inc dx
        mov al, 63
        out dx, al
        xor al, al
        out dx, al
        out dx, al

        mov bp, 100 * 320 + 160         ; where the box is
.frame: mov dx, 0x3da
.shown: in al, dx                       ; until the end of a retrace, and the beginning of the next
        test al, 8
        jnz .shown
.wait:  in al, dx
        test al, 8
        jz .wait

        xor di, di
        mov bl, 0
.row:   mov al, bl                      ; each row has a shade
        shr al, 2
        mov ah, al
        mov cx, 160
        rep stosw
        inc bl
        cmp bl, 200
        jne .row

        mov di, bp
        mov dx, 8
.box:   mov cx, 8
        mov al, 255
        rep stosb
        add di, 320 - 8
        dec dx
        jnz .box

        mov ah, 1
        int 0x16
        jz .frame
        mov ah, 0
        int 0x16
        cmp al, 27
        je .end
        cmp ah, 0x48
        je .up
        cmp ah, 0x50
        je .down
        cmp ah, 0x4b
        je .left
        cmp ah, 0x4d
        jne .frame
        add bp, 8
        jmp .frame
.left:  sub bp, 8
        jmp .frame
.up:    sub bp, 8 * 320
        jmp .frame
.down:  add bp, 8 * 320
        jmp .frame

.end:   mov ax, 3
        int 0x10
        mov si, bye
.next:  cs lodsb
        test al, al
        jz $
        mov ah, 0x0e
        int 0x10
        jmp .next

bye     db 'Bye', 0

        times 510 - ($ - $$) db 0
        dw 0xaa55
