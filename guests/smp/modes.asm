; Each processor does what the host has put into its byte at MODES, for ever. The first one starts the others before.

%include "smp.inc"

MODES   equ 0x4300              ; a byte a processor
COUNTS  equ 0x4400              ; a dword a processor
VALUES  equ 0x4500              ; a dword a processor
OUTPUT  equ 0x330
INPUT   equ 0x334

        processor
        start_others
work:
        lock inc word [ARRIVED]
        movzx bx, byte [MODES + si]
        shl bx, 1
        jmp [table + bx]

table:  dw halt, count, output, input, shutdown, self

halt:   ; 0
        sti
        hlt
        jmp halt

count:  ; 1: in memory
        inc dword [COUNTS + esi * 4]
        jmp count

output: ; 2: writes its number to a port
        mov dx, OUTPUT
        mov eax, esi
        out dx, eax
        inc dword [COUNTS + esi * 4]
        jmp output

input:  ; 3: reads a port
        mov dx, INPUT
        in eax, dx
        mov [VALUES + esi * 4], eax
        inc dword [COUNTS + esi * 4]
        jmp input

shutdown: ; 4: in protected mode, an exception that cannot be delivered
        lgdt [gdtr]
        lidt [none]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp 8:.protected
.protected:
        mov ax, 0xfff8
        mov es, ax
        jmp self

self:   ; 5
        jmp self

        align 8
gdt:    dq 0
        dq 0x00009b000000ffff   ; 08: code, 16 bits, base 0, limit FFFF
gdtr:   dw 15
        dd gdt
none:   dw 0
        dd 0

        ap_entry
        processor
        jmp work
