; Snake, in text mode by direct stores. INT 16h for the keys, INT 1Ah for the time: two ticks a step. W, A, S and D or the arrows steer.
; It begins in the middle, on its way to the right, and ends at a wall or at itself.

bits 16
org 0x7c00

BODY    equ 0x8000                      ; words: where its parts are on the screen, the head first

        cld
        xor ax, ax
        mov ds, ax
        mov ss, ax
        mov sp, 0x7c00
        mov ax, 1                       ; 40 columns
        int 0x10
        mov ah, 1
        mov cx, 0x2607                  ; no cursor
        int 0x10
        mov ax, 0xb800
        mov es, ax

        xor di, di                      ; a wall
        mov ax, 0x1fb1
        mov cx, 40
        rep stosw
        mov di, 24 * 80
        mov cx, 40
        rep stosw
        mov cx, 25
        xor di, di
.side:  mov [es:di], ax
        mov [es:di + 78], ax
        add di, 80
        loop .side

        mov word [length], 3
        mov word [step], 2
        mov si, BODY
        mov word [si], 12 * 80 + 40
        mov word [si + 2], 12 * 80 + 38
        mov word [si + 4], 12 * 80 + 36
        mov word [es:12 * 80 + 60], 0x0c04      ; an apple, on its way

game:   mov ah, 0
        int 0x1a
        mov bx, dx
.wait:  mov ah, 1
        int 0x16
        jz .none
        mov ah, 0
        int 0x16
        call steer
.none:  mov ah, 0
        int 0x1a
        sub dx, bx
        cmp dx, 2
        jb .wait

        ; The last part goes, unless it eats.
        mov di, [BODY]
        add di, [step]
        mov ax, [es:di]
        cmp ax, 0x0c04
        jne .moves
        inc word [length]
        inc byte [score]
        jmp .shift
.moves: cmp al, ' '
        jne over
        mov si, [length]
        add si, si
        mov bx, [BODY - 2 + si]
        mov word [es:bx], 0x0720
.shift: push di
        push es
        push ds
        pop es
        std
        mov cx, [length]
        dec cx
        mov si, cx
        add si, si
        lea di, [BODY + si]
        lea si, [BODY - 2 + si]
        rep movsw
        cld
        pop es
        pop di
        mov [BODY], di
        mov word [es:di], 0x0a02
        jmp game

steer:  or al, 0x20
        cmp al, 'w'
        je .up
        cmp ah, 0x48
        je .up
        cmp al, 's'
        je .down
        cmp ah, 0x50
        je .down
        cmp al, 'a'
        je .left
        cmp ah, 0x4b
        je .left
        mov word [step], 2
        ret
.up:    mov word [step], -80
        ret
.down:  mov word [step], 80
        ret
.left:  mov word [step], -2
        ret

over:   mov si, message
        mov di, 11 * 80 + 28
        mov ah, 0x4f
.next:  lodsb
        test al, al
        jz .score
        stosw
        jmp .next
.score: mov al, [score]
        add al, '0'
        stosw
        jmp $

message db ' GAME OVER ', 0
score   db 0
step    dw 0
length  dw 0

        times 510 - ($ - $$) db 0
        dw 0xaa55
