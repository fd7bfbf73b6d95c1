; XCHG, XADD, CMPXCHG, CMPXCHG8B and BSWAP.
%include "guest.inc"
        setflags 0
        mov eax, 0x11112222
        mov ebx, 0x33334444
        xchg ax, bx
        push eax
        push ebx
        xchg ah, al
        push ax
        xchg [value], bx
        seen bx, word [value]
        xadd ax, bx
        seen ax, bx
        mov ecx, 1
        xadd [wide], ecx
        seen ecx, dword [wide]
        mov ax, 0x1234
        mov bx, 0x5678
        mov cx, 0x1234
        cmpxchg cx, bx          ; equal: cx = bx
        seen ax, cx
        mov ax, 0x0001
        cmpxchg cx, bx          ; different: ax = cx
        seen ax, cx
        mov al, 0x00
        mov dl, 0x99
        mov byte [value], 0x00
        cmpxchg [value], dl
        seen word [value]
        mov eax, 5
        cmpxchg [wide], ebx
        seen eax, dword [wide]
        mov eax, 0x11223344
        bswap eax
        push eax
        mov edx, 0x00000001
        mov eax, 0x00000002
        mov ecx, 0x00000003
        mov ebx, 0x00000004
        setflags 0
        cmpxchg8b [eight]
        seen eax, edx
        cmpxchg8b [eight]
        seen dword [eight], dword [eight + 4]
        done
value   dw 0x0102
wide    dd 0xffffffff
eight   dd 0x000000aa, 0x000000bb
