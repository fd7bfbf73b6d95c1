; Code that writes code. As on every processor since the Pentium Pro, it sees the new bytes at once.
%include "guest.inc"
        mov ax, ds
        mov es, ax
        cld
; an instruction ahead in the same block
        mov ax, 0
        mov byte [.ahead + 1], 0x42
.ahead: mov al, 0x00
        push ax
; the very next one, with a jump in it
        mov word [.next], 0x9090
.next:  jmp short .wrong
        jmp short .right
.wrong: push word 0xbad
.right:
; a loop that changes itself on each turn: 1 + 2 + 3 + 4
        mov cx, 4
        mov dx, 0
.loop:  mov ax, 1
        add dx, ax
        inc word [.loop + 1]
        loop .loop
        push dx
; one that turns its own instruction into another: add, then sub
        mov cx, 2
        mov ax, 0x10
.flip:  db 0x81, 0xc0, 0x01, 0x00  ; add ax, 1; with e8 for c0: sub ax, 1
        xor byte [.flip + 1], 0xc0 ^ 0xe8
        loop .flip
        push ax
; a routine, replaced by MOVS
        call .routine
        push ax
        mov si, .other
        mov di, .routine
        mov cx, .end - .other
        rep movsb
        call .routine
        push ax
; through another segment, and by a push
        mov bx, 0x0100
        mov gs, bx
        mov word [gs:.routine + 1 - 0x1000], 0x3333
        call .routine
        push ax
        mov bp, sp
        mov sp, .routine + 3
        push word 0x4444
        mov sp, bp
        call .routine
        push ax
; an instruction that lies in two pages, patched in the second one
        call straddling
        push ax
        mov byte [0x2000], 0x66
        call straddling
        push ax
        done
.routine: mov ax, 0x1111
        ret
.other: mov ax, 0x2222
        ret
.end:
        place 0x1ffe
straddling: mov ax, 0x5555
        ret
