; BT, BTS, BTR and BTC: on a register the bit offset is taken modulo its size; in memory a register's offset reaches
; beyond the operand, both ways, and an immediate one does not.
%include "guest.inc"
        setflags 0
        mov ax, 0x8001
        mov bx, 15
        bt ax, bx
        seen ax
        bt ax, 14
        seen
        mov bx, 17
        bts ax, bx              ; bit 1
        seen ax
        btr ax, 0
        seen ax
        btc eax, 31
        seen eax
        btc eax, 63             ; bit 31
        seen eax
        mov bx, 20
        bts [field], bx
        seen word [field], word [field + 2]
        mov bx, -1
        bts [field], bx
        seen word [field - 2]
        mov ebx, 45
        btc dword [field], ebx
        seen dword [field + 4]
        btr word [field + 2], 20 ; bit 4
        seen word [field + 2], word [field + 4]
        bt word [field - 2], 15
        seen
        done
        dw 0
field    dw 0, 0, 0, 0
