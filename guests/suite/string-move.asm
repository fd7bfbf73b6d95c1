; MOVS: bytes, words and dwords, both directions, with and without REP, and a source in another segment.
%include "guest.inc"
        mov ax, ds
        mov es, ax
        cld
        mov si, text
        mov di, 0x4000
        movsb
        movsw
        movsd
        push si
        push di
        mov cx, 5
        rep movsb
        seen cx, si, di
; words from the top down
        std
        mov si, text + 14
        mov di, 0x4020 + 14
        mov cx, 8
        rep movsw
        seen cx, si, di
        mov si, text + 12
        mov di, 0x4040 + 12
        mov cx, 4
        rep movsd
        cld
        push si
        push di
; a count of 0 moves nothing
        mov si, text
        mov di, 0x4060
        mov cx, 0
        rep movsb
        push si
        push di
; overlapping, one byte ahead: fills
        mov byte [0x4080], 'x'
        mov si, 0x4080
        mov di, 0x4081
        mov cx, 7
        rep movsb
; source in another segment; the destination is ES:DI whatever the prefix says
        mov ax, 0x0120         ; where the text is
        mov gs, ax
        mov si, 0
        mov di, 0x40a0
        mov cx, 4
        rep gs movsb
        push si
; SI and DI wrap at 64 KiB
        mov byte [0xffff], 'A'
        mov byte [0x0000], 'B'
        mov si, 0xffff
        mov di, 0x40c0
        mov cx, 2
        rep movsb
        push si
        done
        place 0x1200
text    db '0123456789abcdef'
