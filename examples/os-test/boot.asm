; The operating system under test: a boot sector that asks a question over COM1 and on the screen, and answers it.
; One branch has a bug, on purpose: boot.bug.test.js looks for what it should do, and shows what a failure looks like.
;
; Assemble: nasm -f bin boot.asm -o boot.bin

bits 16
org 0x7c00

COM1    equ 0x3f8               ; the data register; the line status register is at COM1 + 5
RESULT  equ 0x0600              ; where the answer is left as a word
COLOUR  equ 0x07
ROW     equ 160                 ; bytes in a row of the screen

start:
        xor ax, ax
        mov ds, ax
        mov ss, ax
        mov sp, 0x7c00
        mov ax, 0xb800          ; the screen
        mov es, ax
        xor di, di
        cld
        mov si, greeting
        call print
ask:
        mov si, question
        call print
        call read
        call put                ; the echo
        call newline
        cmp al, 'y'
        je add_up
        cmp al, 'n'
        je count
        jmp ask

add_up:                         ; 1 + 2 + ... + 10
        xor ax, ax
        mov cx, 10
.next:  add ax, cx
        loop .next
        mov [RESULT], ax
        mov si, sum_is
        call print
        call print_number
        jmp stop

count:                          ; how many there are: 10
        mov ax, 10
        mov [RESULT], ax
        mov si, count_is
        call print
        add al, '0'             ; the bug: this is a digit only below 10. It should be: call print_number
        call put

stop:
        call newline
        mov ax, [RESULT]
        cli
        hlt

; Prints AX, 0 to 99, as two digits. Changes AX and DX.
print_number:
        mov dl, 10
        div dl                  ; AL: tens, AH: ones
        mov dh, ah
        add al, '0'
        call put
        mov al, dh
        add al, '0'
        jmp put

; Prints the text at SI, up to a 0. Changes SI.
print:
        push ax
.next:  lodsb
        test al, al
        jz .done
        call put
        jmp .next
.done:  pop ax
        ret

; Begins a new line on the screen and on COM1. Changes BX.
newline:
        push ax
        mov al, 10
        call send
        mov ax, di              ; to the beginning of the next row
        mov bl, ROW
        div bl
        inc al
        mul bl
        mov di, ax
        pop ax
        ret

; Puts the character in AL on the screen and on COM1.
put:
        push ax
        mov ah, COLOUR
        stosw
        pop ax
send:
        push dx
        mov dx, COM1
        out dx, al
        pop dx
        ret

; Waits for a character from COM1, and gives it in AL. Changes DX.
read:
        mov dx, COM1 + 5
.wait:  in al, dx
        test al, 1
        jz .wait
        mov dx, COM1
        in al, dx
        ret

greeting db 'tiny-os 1.0. ', 0
question db 'Add up 1 to 10? (y/n) ', 0
sum_is   db 'sum = ', 0
count_is db 'count = ', 0

        times 510 - ($ - $$) db 0
        db 0x55, 0xaa           ; the signature of a boot sector
