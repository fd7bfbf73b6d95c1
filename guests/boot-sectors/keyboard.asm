; An interrupt handler of its own for the keyboard: each scan code is shown in hexadecimal digits. INT 16h is never used.

bits 16
org 0x7c00

        xor ax, ax
        mov ds, ax
        cli
        mov word [9 * 4], handler
        mov [9 * 4 + 2], cs
        sti
        mov ax, 0x0e3a                  ; a colon
        int 0x10
idle:   hlt
        jmp idle

handler:
        pusha
        in al, 0x60
        call hex
        mov al, 0x20
        out 0x20, al
        popa
        iret

hex:    push ax
        shr al, 4
        call .digit
        pop ax
        and al, 15
        call .digit
        mov al, ' '
        jmp .put
.digit: add al, '0'
        cmp al, '9'
        jbe .put
        add al, 7
.put:   mov ah, 0x0e
        mov bx, 7
        int 0x10
        ret

        times 510 - ($ - $$) db 0
        dw 0xaa55
