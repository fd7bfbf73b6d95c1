; All processors take the same spin lock, 1000 times each, and count under it: with two steps, so that a lock that does not
; keep others out loses some.

%include "smp.inc"

LATCH   equ 0x4010              ; byte: 0 is free
COUNT   equ 0x4014              ; dword
TURNS   equ 1000

        processor
        start_others
        call count
        mov bx, [CPUS]
        dec bx
        await ARRIVED, bx
        finish

count:
        mov bx, TURNS
.turn:
        mov al, 1
        xchg al, [LATCH]
        test al, al
        jz .mine
        pause
        jmp .turn
.mine:
        mov eax, [COUNT]
        inc eax
        mov [COUNT], eax
        mov byte [LATCH], 0
        dec bx
        jnz .turn
        ret

        ap_entry
        processor
        call count
        lock inc word [ARRIVED]
.idle:
        cli
        hlt
        jmp .idle
