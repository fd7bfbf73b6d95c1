; Opens A20, looks whether it is open, and goes to protected mode and back: the text on the screen is written by 32-bit code, above
; 1 MiB something is stored, and the last line comes from the BIOS again.

bits 16
org 0x7c00

        cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00

        mov ax, 0x2401                  ; the BIOS,
        int 0x15
        call a20
        jnz open
        in al, 0x92                     ; the fast gate,
        or al, 2
        and al, 0xfe
        out 0x92, al
        call a20
        jnz open
        call ready                      ; and the keyboard controller
        mov al, 0xd1
        out 0x64, al
        call ready
        mov al, 0xdf
        out 0x60, al
        call ready
        call a20
        jnz open
        mov al, 'X'
        call put
        jmp $

open:   mov al, 'A'
        call put
        lgdt [gdtr]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp 8:flat

bits 32
flat:   mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov esp, 0x9000
        mov esi, text
        mov edi, 0xb8000 + 10 * 160
        mov ah, 0x2e
.next:  lodsb
        stosw
        test al, al
        jnz .next
        mov dword [0x100500], 0x12345678
        jmp 24:back

bits 16
back:   mov ax, 32                      ; segments of 64 KiB again
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov eax, cr0
        and al, 0xfe
        mov cr0, eax
        jmp 0:real
real:   xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00
        sti
        mov al, 'R'
        call put
        mov ax, 0xffff                  ; FFFF:0510 is 100500h
        mov es, ax
        cmp dword [es:0x510], 0x12345678
        jne $
        mov al, 'H'
        call put
.idle:  hlt
        jmp .idle

; Not zero: A20 is open.
a20:    mov ax, 0xffff
        mov es, ax
        mov word [0x500], 0x1111
        mov word [es:0x510], 0x2222
        cmp word [0x500], 0x2222
        ret

ready:  in al, 0x64
        test al, 2
        jnz ready
        ret

put:    mov ah, 0x0e
        mov bx, 7
        int 0x10
        ret

text    db 'written in protected mode', 0

gdt     dq 0
        dq 0x00cf9a000000ffff           ; 8: code, 4 GiB
        dq 0x00cf92000000ffff           ; 16: data
        dq 0x00009a000000ffff           ; 24: code of 16 bits
        dq 0x000092000000ffff           ; 32: data
gdtr    dw $ - gdt - 1
        dd gdt

        times 510 - ($ - $$) db 0
        dw 0xaa55
