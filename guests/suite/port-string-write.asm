; OUTSB, OUTSW and OUTSD with REP, both ways and from another segment: each element arrives once and in order.
%include "guest.inc"
        cld
        mov dx, 0x300
        mov si, text
        outsb
        push si
        mov cx, 5
        rep outsb
        seen si, cx
        inc dx
        mov cx, 3
        rep outsw
        push si
        push cx
        mov dx, 0x304
        mov cx, 2
        rep outsd
        push si
        std
        mov si, text + 3
        mov cx, 3
        rep outsb
        push si
        mov si, text + 8
        mov cx, 2
        rep outsw
        push si
        cld
        mov cx, 0
        rep outsb
        push si
        mov ax, 0x0120
        mov fs, ax
        mov si, 2
        mov cx, 2
        rep fs outsb
        push si
        mov esi, text
        mov ecx, 2
        a32 rep outsb
        push esi
        push ecx
        mov si, text
        rep outsb               ; CX is 0
        outsw
        push si
        done
        place 0x1200
text    db '0123456789abcdefghijkl'
