; A mouse by INT 15h, AH=C2h: the handler moves a block over the text screen; a button makes it an exclamation mark.

bits 16
org 0x7c00

        xor ax, ax
        mov ds, ax
        mov ss, ax
        mov sp, 0x7c00
        mov ax, 3
        int 0x10
        mov ax, 0xc205                  ; packets of three bytes
        mov bh, 3
        int 0x15
        jc none
        mov ax, 0xc207
        push cs
        pop es
        mov bx, handler
        int 0x15
        jc none
        mov ax, 0xc200
        mov bh, 1
        int 0x15
        jc none
        mov word [x], 40 * 8
        mov word [y], 12 * 8
        mov al, 'M'
        jmp show
none:   mov al, 'N'
show:   mov ah, 0x0e
        int 0x10
idle:   hlt
        jmp idle

; Far called with four words above the return address: status, X, Y, 0.
handler:
        push bp
        mov bp, sp
        pusha
        push ds
        push es
        xor ax, ax
        mov ds, ax
        mov ax, 0xb800
        mov es, ax
        call place
        mov word [es:di], 0x0720
        mov al, [bp + 10]               ; X, and its sign is bit 4 of the status
        mov ah, [bp + 12]
        shl ah, 3
        sar ah, 7
        add [x], ax
        mov al, [bp + 8]
        mov ah, [bp + 12]
        shl ah, 2
        sar ah, 7
        sub [y], ax
        call place
        mov ax, 0x0cdb
        test byte [bp + 12], 1
        jz .draw
        mov al, '!'
.draw:  mov [es:di], ax
        pop es
        pop ds
        popa
        pop bp
        retf

place:  mov ax, [y]
        shr ax, 3
        imul di, ax, 160
        mov ax, [x]
        shr ax, 3
        add di, ax
        add di, ax
        ret

x       dw 0
y       dw 0

        times 510 - ($ - $$) db 0
        dw 0xaa55
