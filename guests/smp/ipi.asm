; The first processor sends an interrupt to each of the others, which halt, and halts until it is answered. Ten rounds.

%include "smp.inc"

PING    equ 0x40
PONG    equ 0x41
PINGS   equ 0x4200              ; a word a processor: how many it got
PONGS   equ 0x4020              ; word
ROUNDS  equ 10

        processor
        handler PING, ping
        handler PONG, pong
        start_others
        mov bx, [CPUS]
        dec bx
        await ARRIVED, bx
        mov bp, ROUNDS
.round:
        mov edi, 1
.next:
        cmp di, [CPUS]
        je .over
        mov bx, [PONGS]
        icr PING, edi
        inc di
.wait:
        cli
        cmp [PONGS], bx
        jne .next
        sti                     ; HLT is the one instruction in which the answer can come now
        hlt
        jmp .wait
.over:
        dec bp
        jnz .round
        finish

pong:
        inc word [PONGS]
        eoi
        iret

ping:
        inc word [PINGS + esi * 2]
        eoi
        icr PONG, 0
        iret

        ap_entry
        processor
        lock inc word [ARRIVED]
.idle:
        sti
        hlt
        jmp .idle
