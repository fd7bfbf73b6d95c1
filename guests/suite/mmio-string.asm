; String instructions from memory to MMIO, from MMIO to memory, and within MMIO, element by element.
%include "guest.inc"
        cld
        mov ax, 0x1000
        mov es, ax
        mov fs, ax
        mov si, text
        mov di, 0x0100
        movsb
        mov cx, 3
        rep movsb
        mov cx, 2
        rep movsw
        movsd
        push si
        push di
        mov al, 0x55
        mov cx, 3
        rep stosb
        mov ax, 0xaa55
        std
        mov cx, 2
        rep stosw
        cld
        push di
        mov si, 0x0200
        mov di, 0x0300
        mov cx, 2
        rep fs movsb            ; within MMIO
        xor ax, ax
        mov es, ax
        mov di, 0x4000
        mov cx, 3
        rep fs movsb
        fs movsd
        fs lodsw
        push ax
        push si
        push di
; compared with memory
        mov di, text
        mov cx, 4
        repe fs cmpsb
        seen cx, si
        mov ax, 0x1000
        mov es, ax
        mov al, 'b'
        mov di, 0x0400
        mov cx, 5
        repne scasb
        seen cx, di
; from a port to MMIO and back
        mov dx, 0x300
        mov di, 0x0500
        insb
        insb
        mov cx, 0
        mov si, 0x0600
        rep fs outsb            ; CX is 0
        mov cx, 2
        rep fs outsb
        push si
        push di
        done
        place 0x1200
text    db '0123456789abcdef'
