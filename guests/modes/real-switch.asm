; Back to real mode: into protected mode, and out of it again, by way of segments of 16 bits (Intel SDM volume 3A, 10.9.2).
%include "modes.inc"
        bits 16
        protect
        mov dword [word_there], 'back'
        jmp CODE16:.leave
        bits 16
.leave: mov ax, DATA16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov eax, cr0
        and al, 0xfe
        mov cr0, eax
        jmp 0:.real
.real:  xor ax, ax
        mov ss, ax
        mov ax, TEXT_SCREEN >> 4
        mov ds, ax
        xor di, di
        mov si, message
.next:  mov al, [cs:si]
        inc si
        test al, al
        jz .end
        out DEBUG_PORT, al
        mov ah, ATTRIBUTE
        mov [di], ax
        add di, 2
        jmp .next
.end:   hlt
message db 'real mode, '
word_there db '    ', 0
        gdt
