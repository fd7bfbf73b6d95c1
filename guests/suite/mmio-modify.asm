; Instructions that read and then write: one read and one write of the same size each.
%include "guest.inc"
        mov ax, 0x1000
        mov es, ax
        mov di, 0
        add word [es:di], 0x11
        seen
        inc byte [es:di + 2]
        seen
        dec dword [es:di + 4]
        not word [es:di]
        neg byte [es:di]
        shl word [es:di], 1
        seen
        rcr byte [es:di], 1
        seen
        mov eax, 0x000000ff
        and [es:di], eax
        or byte [es:di], 0x80
        xor [es:di], al
        sbb word [es:di], 0
        bts word [es:di], 4
        seen
        mov bx, 20
        btc [es:di], bx         ; in the word behind
        shld word [es:di], ax, 8
        done
