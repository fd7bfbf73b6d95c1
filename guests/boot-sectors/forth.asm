; A calculator that works as Forth does: `2 3 + .` prints 5. Words: + - * / . dup, numbers, and bye, which goes to INT 18h.
; It reads by INT 16h, with Backspace, and prints by INT 10h. The numbers are on the processor's own stack.

bits 16
org 0x7c00

LINE    equ 0x7e00

        xor ax, ax
        mov ds, ax
        mov es, ax
        mov bp, 0x7000
        mov sp, 0x6000
        mov si, hello
        call print

repl:   mov al, '>'
        call put
        call read
        mov si, LINE
.word:  lodsb
        cmp al, ' '
        je .word
        test al, al
        jz .ok
        cmp al, '0'
        jb .operator
        cmp al, '9'
        ja .name
        xor bx, bx
.digit: sub al, '0'
        cbw
        imul bx, bx, 10
        add bx, ax
        lodsb
        cmp al, '0'
        jb .number
        cmp al, '9'
        jbe .digit
.number:
        dec si
        push bx
        jmp .word
.ok:    mov si, ok
        call print
        jmp repl

.operator:
        cmp al, '.'
        je .dot
        pop bx
        pop cx
        cmp al, '+'
        je .add
        cmp al, '-'
        je .subtract
        cmp al, '*'
        je .multiply
        cmp al, '/'
        jne .unknown
        mov ax, cx
        cwd
        idiv bx
        push ax
        jmp .word
.add:   add cx, bx
        push cx
        jmp .word
.subtract:
        sub cx, bx
        push cx
        jmp .word
.multiply:
        imul cx, bx
        push cx
        jmp .word
.dot:   pop ax
        call number
        mov al, ' '
        call put
        jmp .word

.name:  dec si
        mov di, dup
        mov cx, 3
        repe cmpsb
        jne .bye
        pop ax
        push ax
        push ax
        jmp .word
.bye:   cmp byte [LINE], 'b'
        jne .unknown
        int 0x18
.unknown:
        mov si, what
        call print
        mov sp, 0x6000
        jmp repl

; AX in decimal digits.
number: test ax, ax
        jns .positive
        push ax
        mov al, '-'
        call put
        pop ax
        neg ax
.positive:
        mov bx, 10
        xor cx, cx
.more:  xor dx, dx
        div bx
        push dx
        inc cx
        test ax, ax
        jnz .more
.out:   pop ax
        add al, '0'
        call put
        loop .out
        ret

read:   mov di, LINE
.key:   mov ah, 0
        int 0x16
        cmp al, 13
        je .end
        cmp al, 8
        je .back
        stosb
        call put
        jmp .key
.back:  cmp di, LINE
        je .key
        dec di
        mov si, erase
        call print
        jmp .key
.end:   mov byte [di], 0
        mov al, ' '
        ; falls through

put:    mov ah, 0x0e
        mov bx, 7
        int 0x10
        ret

print:  lodsb
        test al, al
        jz .end
        call put
        jmp print
.end:   ret

hello   db 'Forth of 512 bytes', 13, 10, 0
ok      db 'ok', 13, 10, 0
what    db '?', 13, 10, 0
erase   db 8, ' ', 8, 0
dup     db 'dup'

        times 510 - ($ - $$) db 0
        dw 0xaa55
