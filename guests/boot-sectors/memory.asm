; The memory map: INT 15h, EAX=E820h, one range a line, then what E801h, 88h and INT 12h tell.

bits 16
org 0x7c00

        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00
        xor ebx, ebx
next:   mov di, 0x600
        mov eax, 0xe820
        mov edx, 0x534d4150
        mov ecx, 20
        int 0x15
        jc rest
        cmp eax, 0x534d4150
        jne rest
        push ebx
        mov eax, [0x600]
        call hex
        mov eax, [0x608]
        call hex
        mov al, [0x610]
        add al, '0'
        call put
        call line
        pop ebx
        test ebx, ebx
        jnz next
rest:   mov ax, 0xe801
        int 0x15
        jc $
        push bx
        movzx eax, ax
        call hex
        pop bx
        movzx eax, bx
        call hex
        mov ah, 0x88
        int 0x15
        movzx eax, ax
        call hex
        int 0x12
        movzx eax, ax
        call hex
        mov si, done
.print: lodsb
        test al, al
        jz $
        call put
        jmp .print

; EAX, and a space.
hex:    mov cx, 8
.digit: rol eax, 4
        push eax
        and al, 15
        add al, '0'
        cmp al, '9'
        jbe .put
        add al, 39
.put:   call put
        pop eax
        loop .digit
        mov al, ' '
        jmp put
line:   mov al, 13
        call put
        mov al, 10
put:    mov ah, 0x0e
        mov bx, 7
        int 0x10
        ret

done    db 'done', 0

        times 510 - ($ - $$) db 0
        dw 0xaa55
