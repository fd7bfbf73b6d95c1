; REP OUTSB and REP INSB of 5,000 elements: more than one page.
%include "guest.inc"
        mov ax, 0x0100
        mov es, ax
        cld
; out: a counting byte
        mov di, 0x2000
        mov cx, 5000
        mov al, 0
fill:   mov [es:di], al
        inc di
        inc al
        loop fill
        mov dx, 0x300
        mov si, 0x3000
        mov cx, 5000
        rep outsb
        push cx
        push si
        mov di, 0x2000
        mov cx, 5000
        rep insb
        push cx
        push di
; sum of what came in
        mov di, 0x2000
        mov cx, 5000
        mov ax, 0
        mov bx, 0
sum:    mov bl, [es:di]
        add ax, bx
        inc di
        loop sum
        push ax
        done
