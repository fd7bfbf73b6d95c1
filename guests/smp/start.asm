; Each processor tells that it is there: in memory, on a port, and at an address that is no memory.

%include "smp.inc"

SEEN    equ 0x4100              ; a byte a processor: its number, plus 80h

        processor
        start_others
        mov bx, [CPUS]
        dec bx
        await ARRIVED, bx
        mov al, '.'
        mov dx, PUTC
        out dx, al
        finish

        ap_entry
        processor
        mov ax, si
        or al, 0x80
        mov [SEEN + si], al
        mov ax, 0xb800
        mov es, ax
        mov di, si
        mov ax, si
        add al, '0'
        mov [es:di], al
        mov dx, PUTC
        out dx, al
        in al, dx
        mov [SEEN + 0x10 + si], al
        lock inc word [ARRIVED]
.idle:
        cli
        hlt
        jmp .idle
