; A melody on the speaker: channel 2 of the timer, and INT 15h, AH=86h between the notes.

bits 16
org 0x7c00

        mov si, notes
next:   cs lodsw
        test ax, ax
        jz quiet
        mov bx, ax
        mov dx, 0x12                    ; 1,193,182 / frequency
        mov ax, 0x34de
        div bx
        mov bx, ax
        mov al, 0xb6
        out 0x43, al
        mov al, bl
        out 0x42, al
        mov al, bh
        out 0x42, al
        in al, 0x61
        or al, 3
        out 0x61, al
        mov cx, 3                       ; 200 ms
        mov dx, 0x0d40
        mov ah, 0x86
        int 0x15
        jmp next
quiet:  in al, 0x61
        and al, 0xfc
        out 0x61, al
        mov si, done
print:  cs lodsb
        or al, al
        jz $
        mov ah, 0x0e
        int 0x10
        jmp print

notes   dw 262, 330, 392, 523, 0
done    db 'played', 0

        times 510 - ($ - $$) db 0
        dw 0xaa55
