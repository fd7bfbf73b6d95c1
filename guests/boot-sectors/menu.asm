; A boot menu: arrows and Enter choose. The choices: reboot by the reset vector, boot again by INT 19h, switch off by APM.

bits 16
org 0x7c00

        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00
        sti
        mov bp, 0                       ; the choice
        inc word [0x5f0]                ; how often it came here; 0 at first, because nobody writes there
draw:   mov ax, 3
        int 0x10
        mov cx, 0
.entry: mov ax, cx
        mov bl, 0x07
        cmp cx, bp
        jne .plain
        mov bl, 0x70
.plain: push cx
        mov si, entries
        imul ax, ax, 16
        add si, ax
        mov dh, cl
        add dh, 4
        mov dl, 10
        mov di, 16
.char:  mov ah, 2
        mov bh, 0
        int 0x10
        lodsb
        mov ah, 9
        mov cx, 1
        int 0x10
        inc dl
        dec di
        jnz .char
        pop cx
        inc cx
        cmp cx, 3
        jne .entry

        mov ah, 0
        int 0x16
        cmp ah, 0x48
        je .up
        cmp ah, 0x50
        je .down
        cmp al, 13
        jne draw
        cmp bp, 1
        jb .cold
        je .again
        mov ax, 0x5301                  ; connect
        xor bx, bx
        int 0x15
        mov ax, 0x530e                  ; version 1.2
        xor bx, bx
        mov cx, 0x0102
        int 0x15
        mov ax, 0x5307                  ; all devices off
        mov bx, 1
        mov cx, 3
        int 0x15
        jmp $
.cold:  jmp 0xffff:0
.again: int 0x19
.up:    sub bp, 1
        adc bp, 0
        jmp draw
.down:  cmp bp, 2
        je draw
        inc bp
        jmp draw

entries db 'Restart         '
        db 'Boot again      '
        db 'Switch off      '

        times 510 - ($ - $$) db 0
        dw 0xaa55
