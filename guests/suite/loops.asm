; LOOP, LOOPE, LOOPNE, JCXZ and JECXZ; they change no flag.
%include "guest.inc"
        mov ax, 0
        mov cx, 5
.again: inc ax
        loop .again
        push ax
        push cx
        setflags ALL
        mov cx, 1
.once:  loop .once
        seen cx
; until different
        mov si, text - 1
        mov cx, 8
.same:  inc si
        cmp byte [si], 'a'
        loope .same
        sub si, text
        push si
        push cx
        mov si, text - 1
        mov cx, 3
.other: inc si
        cmp byte [si], 'z'
        loopne .other
        sub si, text
        push si
        push cx
        mov ecx, 0x00010000
        jcxz .yes
        push word 0xbad
.yes:   jecxz .no
        push word 0x600d
.no:    mov cx, 0x0000
        mov ax, 0
.wraps: inc ax
        cmp ax, 3
        loopne .wraps           ; 0 - 1 is ffff: it goes on
        push ax
        push cx
        mov ecx, 0x00010001
        mov ax, 0
.wide:  inc ax
        cmp ax, 4
        a32 loopne .wide        ; counts in ECX
        push ax
        push ecx
        done
text    db 'aaab'
