; The 24 memory operands of 16-bit addressing; those with BP use SS.
%include "guest.inc"
        cld
; every word of the page at 5000 holds its own offset
        mov di, 0x5000
        mov cx, 0x800
fill:   mov [di], di
        add di, 2
        loop fill
        mov bx, 0x5100
        mov bp, 0x5200
        mov si, 0x0020
        mov di, 0x0040
        push word [bx + si]
        push word [bx + di]
        push word [bp + si]
        push word [bp + di]
        push word [bx]
        push word [bp + 0]
        push word [0x5ffe]
        push word [bx + si + 0x7e]
        push word [bx + di - 0x80]
        push word [bp + si + 2]
        push word [bp + di - 2]
        push word [bx + 0x10]
        push word [bp - 0x10]
        push word [bx + si + 0x200]
        push word [bx + di - 0x90]
        push word [bp + si + 0x300]
        push word [bp + di + 0xff10]
        push word [bx - 0x90]
        push word [bp + 0x400]
        mov si, 0x5300
        mov di, 0x5400
        push word [si]
        push word [di]
        push word [si + 4]
        push word [di - 4]
        push word [si + 0x210]
        push word [di + 0xff00]
; offsets are cut to 16 bits
        mov bx, 0xf000
        mov si, 0x6010
        push word [bx + si]
        push word [bx + si + 0x100]
        done
