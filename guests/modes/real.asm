; Real mode, set up from the host: enterRealMode, at 0000:1000.
%include "modes.inc"
        bits 16
        mov ax, TEXT_SCREEN >> 4
        mov ds, ax
        xor di, di
        mov si, message
.next:  mov al, [cs:si]
        inc si
        test al, al
        jz .end
        out DEBUG_PORT, al
        mov ah, ATTRIBUTE
        mov [di], ax
        add di, 2
        jmp .next
.end:   hlt
message db 'real mode', 0
