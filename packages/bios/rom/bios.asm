; The ROM of Picovm's BIOS: what must be code of the guest. Everything else is done by the host, which a stub calls by an OUT.
;
; A service stub pushes its number and jumps to `hypercall`, which writes to port 0E4h. The host finds the number on top of the
; stack, and behind it the frame of the INT: IP, CS, FLAGS. It reads and changes registers, memory and that frame. If it sets the
; carry flag, it has to wait for something: the stub halts until an interrupt comes, and asks again.
;
;   nasm -f bin -o bios.bin bios.asm          scripts/build-rom.mjs makes src/rom/rom-code.ts of it
;
; Entry points are where an IBM PC/AT has them, since some programs jump there.

cpu 386
bits 16
org 0

PORT    equ 0E4h
EOI     equ 20h

%macro place 1
        times (%1) - ($ - $$) db 0
%endmacro

%macro service 1
        push word %1
        jmp hypercall
%endmacro

; Of a service that programs call in a loop until something has come: it comes even if they have interrupts off.
%macro open_service 1
        sti
        nop
        cli
        service %1
%endmacro

; A call in the middle of a stub, which never waits. Flags are lost.
%macro host 1
        push word %1
        out PORT, al
        lea sp, [esp + 2]
%endmacro

        place 0DE00h
; For the host: interrupt numbers with the offsets of their handlers. What is not listed is `dummy`.
vectors:
        dw 002h, nmi
        dw 005h, int05
        dw 008h, int08, 009h, int09, 00Ah, irq_low, 00Bh, irq_low, 00Ch, irq_low, 00Dh, irq_low, 00Eh, int0e, 00Fh, irq_low
        dw 010h, int10, 011h, int11, 012h, int12, 013h, int13, 014h, int14, 015h, int15, 016h, int16, 017h, int17
        dw 018h, int18, 019h, int19, 01Ah, int1a, 040h, int13
        dw 070h, int70, 071h, int71, 072h, irq_high, 073h, irq_high, 074h, int74, 075h, int75, 076h, int76, 077h, irq_high
        dw 0FFFFh

        place 0E05Bh
post:   cli
        cld
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 7C00h
        host 00h                ; the tables in memory, the chips, the screen
.roms:  host 01h                ; the next option ROM: its segment in AX, or 0
        test ax, ax
        jz .boot
        push cs
        push word .roms
        push ax
        push word 3
        retf                    ; its entry, which returns to .roms
.boot:  int 19h
        jmp int18.halt

        place 0E2C3h
nmi:    iret

        place 0E3FEh
        jmp int13

        place 0E6F2h
        jmp near int19
config:                         ; INT 15h, AH=C0h
        dw 8
        db 0FCh, 0, 1           ; AT, submodel 0, revision 1
        db 01110100b            ; second 8259A, RTC, INT 15h AH=4Fh called, extended BIOS area
        db 01000000b, 0, 0, 0   ; INT 16h AH=09h
int19:  cli
        cld
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 7C00h
        push word 0202h         ; the host makes this frame the entry of what it loads,
        push cs
        push word int18         ; and leaves it where there is nothing
        service 19h

        place 0E739h
int14:  service 14h

        place 0E82Eh
int16:  open_service 16h

; The way out: the number of the service and the frame of the INT are on the stack.
hypercall:
        clc
        out PORT, al
        jc .wait
        lea sp, [esp + 2]
        iret
.wait:  sti
        hlt                     ; STI takes effect behind the next instruction: no interrupt is missed in between
        cli
        jmp hypercall

        place 0E987h
int09:  push ax
        in al, 60h
        mov ah, 4Fh             ; programs may change or drop the scan code
        stc
        int 15h
        jnc .drop
        host 09h                ; AL: what is left to do
        jmp .eoi
.drop:  mov al, 0
.eoi:   mov ah, al
        mov al, EOI
        out 20h, al
        cmp ah, 1
        je .break
        cmp ah, 2
        je .print
        cmp ah, 3
        je .sysrq_down
        cmp ah, 4
        je .sysrq_up
        cmp ah, 5
        je .pause
.end:   pop ax
        iret
.break: int 1Bh
        jmp .end
.print: int 05h
        jmp .end
.sysrq_down:
        mov ax, 8500h
        jmp .sysrq
.sysrq_up:
        mov ax, 8501h
.sysrq: int 15h
        jmp .end
.pause: push ds
        mov ax, 40h
        mov ds, ax
.held:  sti
        hlt
        cli
        test byte [18h], 8
        jnz .held
        pop ds
        jmp .end

int70:  push ax
        host 70h                ; AL bit 0: the alarm went off
        push ax
        mov al, EOI
        out 0A0h, al
        out 20h, al
        pop ax
        test al, 1
        jz .end
        int 4Ah
.end:   pop ax
        iret

int74:  push ax
        host 74h                ; AL bit 0: a packet of the mouse is complete, and somebody wants it
        test al, 1
        jz .end
        push ds
        push es
        pushad
        mov ax, 40h
        mov ds, ax
        mov ds, [0Eh]
        push word [40h]         ; status
        push word [42h]         ; x
        push word [44h]         ; y
        push word [46h]         ; z
        sti
        call far [22h]
        cli
        lea sp, [esp + 8]
        popad
        pop es
        pop ds
.end:   mov al, EOI
        out 0A0h, al
        out 20h, al
        pop ax
        iret

int71:  push ax                 ; IRQ 9 is the IRQ 2 of the PC
        mov al, EOI
        out 0A0h, al
        pop ax
        int 0Ah
        iret

int75:  push ax                 ; an x87 error is an NMI to programs of the PC
        mov al, 0
        out 0F0h, al
        mov al, EOI
        out 0A0h, al
        out 20h, al
        pop ax
        int 02h
        iret

int76:  push ds
        push ax
        mov ax, 40h
        mov ds, ax
        mov byte [8Eh], 0FFh    ; the hard disk is done
        jmp int0e.high

; Interrupts that nobody handles. Only those are acknowledged which the 8259A has in service.
irq_low:
        push ax
        mov al, 0Bh
        out 20h, al
        in al, 20h
        test al, al
        jz .end
        mov al, EOI
        out 20h, al
.end:   pop ax
        iret

irq_high:
        push ax
        mov al, 0Bh
        out 0A0h, al
        in al, 0A0h
        test al, al
        jz .low
        mov al, EOI
        out 0A0h, al
.low:   mov al, EOI             ; of the cascade
        out 20h, al
        pop ax
        iret

        place 0EC59h
        jmp int13

        place 0EF57h
int0e:  push ds
        push ax
        mov ax, 40h
        mov ds, ax
        or byte [3Eh], 80h      ; the floppy controller is done
        jmp .low
.high:  mov al, EOI
        out 0A0h, al
.low:   mov al, EOI
        out 20h, al
        pop ax
        pop ds
        iret

        place 0EFC7h
        db 0AFh, 02h, 25h, 02h, 18, 1Bh, 0FFh, 6Ch, 0F6h, 0Fh, 08h ; diskette parameters of 1.44 MB: INT 1Eh

        place 0EFD2h
int17:  service 17h

        place 0F065h
int10:  service 10h

        place 0F0A4h               ; registers of the 6845 for 40x25, 80x25, graphics and the monochrome adapter: INT 1Dh
        db 38h, 28h, 2Dh, 0Ah, 1Fh, 06h, 19h, 1Ch, 02h, 07h, 06h, 07h, 0, 0, 0, 0
        db 71h, 50h, 5Ah, 0Ah, 1Fh, 06h, 19h, 1Ch, 02h, 07h, 06h, 07h, 0, 0, 0, 0
        db 38h, 28h, 2Dh, 0Ah, 7Fh, 06h, 64h, 70h, 02h, 01h, 06h, 07h, 0, 0, 0, 0
        db 61h, 50h, 52h, 0Fh, 19h, 06h, 19h, 19h, 02h, 0Dh, 0Bh, 0Ch, 0, 0, 0, 0
        dw 0800h, 1000h, 4000h, 4000h
        db 40, 40, 80, 80, 40, 40, 80, 80
        db 2Ch, 28h, 2Dh, 29h, 2Ah, 2Eh, 1Eh, 29h

        place 0F100h               ; what the video services can do: INT 10h, AH=1Bh
        db 0FFh, 0E0h, 0Fh, 0, 0, 0, 0, 7, 2, 8, 0FFh, 0Eh, 0, 0, 0, 0
        place 0F120h               ; the table behind 40:A8, with nothing in it
        times 28 db 0

        place 0F841h
int12:  service 12h

        place 0F84Dh
int11:  service 11h

        place 0F859h
int15:  open_service 15h

int13:  open_service 13h

int18:  host 18h
.halt:  sti
        hlt
        jmp .halt

        place 0FE6Eh
int1a:  open_service 1Ah

        place 0FEA5h
int08:  host 08h
        int 1Ch
        push ax
        mov al, EOI
        out 20h, al
        pop ax
        iret

        place 0FF53h
dummy:  iret

        place 0FF54h
int05:  iret                    ; there is no printer

        place 0FFF0h
        jmp 0F000h:post
        db '11/23/26'
        db 0
        db 0FCh, 0              ; PC/AT
