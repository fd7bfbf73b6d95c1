; XCHG, XADD and CMPXCHG, and instructions with LOCK. A CMPXCHG that finds a different value writes it back.
%include "guest.inc"
        mov ax, 0x1000
        mov es, ax
        mov di, 0x40
        mov ax, 0x1234
        xchg [es:di], ax
        push ax
        mov bl, 0x56
        xchg bl, [es:di]
        push bx
        lock add word [es:di], 1
        lock inc byte [es:di]
        mov ecx, 0x10
        lock xadd [es:di], ecx
        push ecx
        mov ax, 0x1111
        mov bx, 0x2222
        lock cmpxchg [es:di], bx ; equal
        seen ax
        cmpxchg [es:di], bx     ; different
        seen ax
        lock bts dword [es:di], 31
        lock not word [es:di]
        done
