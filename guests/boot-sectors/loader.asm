; Loads a second stage from the drive in DL: by LBA where the BIOS can, by cylinder, head and sector where it cannot, and jumps to it.
; The second stage prints how it came, and the drive's geometry.

bits 16
org 0x7c00

STAGE2  equ 0x8000

        jmp short start
        nop
        times 0x3e - ($ - $$) db 0      ; where a file system would have its parameters

start:  mov [drive], dl                 ; DS is what it is
        mov ah, 0                       ; reset
        int 0x13
        mov ah, 0x41
        mov bx, 0x55aa
        mov dl, [drive]
        int 0x13
        jc .chs
        cmp bx, 0xaa55
        jne .chs
        test cl, 1
        jz .chs
        mov si, packet
        mov ah, 0x42
        mov dl, [drive]
        int 0x13
        jc .chs
        mov byte [STAGE2 + how], 'L'
        jmp 0:STAGE2

.chs:   mov di, 3                       ; a floppy may need three tries
.try:   xor ax, ax
        mov es, ax
        mov ax, 0x0202                  ; two sectors
        mov cx, 0x0002                  ; cylinder 0, sector 2
        mov dh, 0
        mov dl, [drive]
        mov bx, STAGE2
        int 0x13
        jnc .loaded
        dec di
        jnz .try
        mov ax, 0x0e21                  ; !
        int 0x10
        jmp $
.loaded:
        mov byte [STAGE2 + how], 'C'
        jmp 0:STAGE2

        align 4
packet  db 16, 0
        dw 2                            ; sectors
        dw STAGE2, 0                    ; offset, segment
        dq 1                            ; the first sector
drive   db 0

        times 510 - ($ - $$) db 0
        dw 0xaa55

; ---- the second stage: two sectors, and its end is in the second one
second:
        mov si, STAGE2 + text - second
        call print
        mov ah, 8
        mov dl, [drive]
        mov di, 0
        int 0x13
        jc $
        mov al, dh                      ; heads less one
        push cx
        call hex
        pop cx
        mov al, cl
        and al, 0x3f                    ; sectors
        call hex
        mov si, STAGE2 + tail - second
        call print
        cli
        hlt

hex:    push ax
        mov al, ' '
        call put
        pop ax
        push ax
        shr al, 4
        call .digit
        pop ax
        and al, 15
.digit: cmp al, 10
        sbb al, 0x69
        das
put:    mov ah, 0x0e
        int 0x10
        ret
print:  lodsb
        test al, al
        jz .end
        call put
        jmp print
.end:   ret

text    db 'stage 2 by '
how     equ $ - second
        db '?, geometry', 0
        times 512 + 100 - ($ - second) db 0
tail    db ' end', 13, 10, 0
        times 1536 - ($ - $$) db 0
