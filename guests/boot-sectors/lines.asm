; Mode 12h, 640x480 in 16 colours: a diagonal by INT 10h, AH=0Ch, a horizontal line by direct stores through the map mask, and text.

bits 16
org 0x7c00

        mov ax, 0x12
        int 0x10

        mov cx, 0
.point: mov dx, cx                      ; y = x
        mov ax, 0x0c0e                  ; yellow
        mov bh, 0
        int 0x10
        inc cx
        cmp cx, 480
        jb .point

        mov ax, 0xa000
        mov es, ax
        mov dx, 0x3c4
        mov ax, 0x0402                  ; the plane of red
        out dx, ax
        mov di, 400 * 80
        mov al, 0xff
        mov cx, 80
        cld
        rep stosb
        mov ax, 0x0f02
        out dx, ax

        mov ah, 2
        mov bh, 0
        mov dx, 0x0528                  ; row 5, column 40
        int 0x10
        mov si, text
.next:  cs lodsb
        test al, al
        jz $
        mov ah, 0x0e
        mov bx, 0x000b                  ; cyan
        int 0x10
        jmp .next

text    db 'Mode 12h', 0

        times 510 - ($ - $$) db 0
        dw 0xaa55
