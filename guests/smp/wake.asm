; All processors halt. A timer's interrupt, which comes through the 8259A, wakes the first, which wakes all the others at
; once. Three times.

%include "smp.inc"

WAKE    equ 0x40
TIMER   equ 0x20                ; where the 8259A is told to have IRQ 0
WOKEN   equ 0x4020              ; word: how often one of the others was
TICKS   equ 0x4022              ; word
OTHERS  equ 0x000c4000          ; to all but self, a fixed vector

        processor
        handler WAKE, wake
        handler TIMER, timer
        mov al, 0x11            ; ICW1 to ICW4 (8259A datasheet), then all lines but 0 masked
        out 0x20, al
        mov al, TIMER
        out 0x21, al
        mov al, 4
        out 0x21, al
        mov al, 1
        out 0x21, al
        mov al, 0xfe
        out 0x21, al
        start_others
        mov bx, [CPUS]
        dec bx
        await ARRIVED, bx
        mov bp, 3
        xor di, di              ; how many are to be woken in all
.round:
        add di, [CPUS]
        dec di
        mov al, 5
        mov dx, TICK
        out dx, al
        mov bx, [TICKS]
.wait:
        cli
        cmp [TICKS], bx
        jne .ticked
        sti
        hlt
        jmp .wait
.ticked:
        icr OTHERS | WAKE, 0
        await WOKEN, di
        dec bp
        jnz .round
        finish

timer:
        inc word [TICKS]
        push ax
        mov al, 0x20
        out 0x20, al
        pop ax
        iret

wake:
        lock inc word [WOKEN]
        eoi
        iret

        ap_entry
        processor
        lock inc word [ARRIVED]
.idle:
        sti
        hlt
        jmp .idle
