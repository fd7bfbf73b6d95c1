; LODS and STOS, both directions, and string instructions with 32-bit addresses.
%include "guest.inc"
        mov ax, ds
        mov es, ax
        cld
        setflags ALL
        mov eax, 0x11223344
        mov si, text
        lodsb
        push eax
        lodsw
        push eax
        lodsd
        seen eax, si
        std
        lodsb
        push ax
        push si
        mov si, text + 4
        mov cx, 3
        rep lodsb               ; the last one stays
        push ax
        push si
        mov di, 0x4007
        mov al, 'q'
        mov cx, 4
        rep stosb
        push di
        cld
        mov di, 0x4010
        mov ax, 'ab'
        mov cx, 3
        rep stosw
        push di
        mov di, 0x4020
        mov eax, 'wxyz'
        mov cx, 2
        rep stosd
        push di
        stosb
        push di
        mov ax, 0x0400
        mov gs, ax
        mov si, 0x0010
        gs lodsw
        push ax
; with 32-bit addresses the count is ECX
        mov esi, text
        mov edi, 0x4030
        mov ecx, 5
        a32 rep movsb
        push ecx
        push esi
        push edi
        mov ecx, 0x00010000     ; CX is 0, ECX is not
        mov edi, 0x4040
        mov al, '!'
        rep stosb
        push edi
        jcxz zero
        push cx
zero:   mov ecx, 0xaaaa0002
        rep stosb               ; CX alone counts
        push ecx
        done
        place 0x1200
text    db '0123456789abcdef'
