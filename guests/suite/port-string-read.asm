; INSB, INSW and INSD with REP, both ways: to ES:DI, in order, and no element is read twice.
%include "guest.inc"
        mov ax, 0x0400
        mov es, ax
        cld
        mov dx, 0x300
        mov di, 0
        insb
        push di
        mov cx, 5
        rep insb
        seen di, cx
        mov di, 0x20
        mov cx, 3
        rep insw
        push di
        mov dx, 0x304
        mov cx, 2
        rep insd
        push di
        std
        mov di, 0x43
        mov cx, 4
        rep insb
        push di
        mov di, 0x56
        mov cx, 3
        rep insw
        push di
        cld
; across a page boundary, and through an element that lies in two pages
        mov ax, 0
        mov es, ax
        mov di, 0x4ffd
        mov cx, 4
        rep insw
        push di
        mov cx, 0
        rep insb
        push di
        mov ax, 0xffff
        in ax, dx
        push ax
        done
