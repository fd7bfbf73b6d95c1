; What processor it is: its vendor, its name, and whether there is a coprocessor.

bits 16
org 0x7c00

        xor ax, ax
        mov ds, ax
        mov es, ax
        pushfd                          ; can bit 21 of EFLAGS be changed?
        pop eax
        mov ecx, eax
        xor eax, 1 << 21
        push eax
        popfd
        pushfd
        pop eax
        cmp eax, ecx
        mov si, none
        je last
        xor eax, eax
        cpuid
        mov di, 0x600
        mov [di], ebx
        mov [di + 4], edx
        mov [di + 8], ecx
        mov byte [di + 12], 0
        mov si, vendor
        call print
        mov si, di
        call print
        mov eax, 0x80000000
        cpuid
        cmp eax, 0x80000004
        jb .fpu
        mov esi, 0x80000002
.part:  mov eax, esi
        cpuid
        mov [di], eax
        mov [di + 4], ebx
        mov [di + 8], ecx
        mov [di + 12], edx
        add di, 16
        inc esi
        cmp esi, 0x80000005
        jne .part
        mov byte [di], 0
        mov si, name
        call print
        mov si, 0x600
        call print
.fpu:   int 0x11
        test al, 2
        mov si, fpu
        jz halt
last:   call print
halt:   jmp $

print:  lodsb
        test al, al
        jz .end
        mov ah, 0x0e
        int 0x10
        jmp print
.end:   ret

none    db 'no CPUID', 0
vendor  db 'vendor ', 0
name    db 13, 10, 'name ', 0
fpu     db 13, 10, 'coprocessor', 0

        times 510 - ($ - $$) db 0
        dw 0xaa55
