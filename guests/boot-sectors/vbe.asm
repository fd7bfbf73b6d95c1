; A VBE mode with a linear frame buffer: searches the list for 640x480 with 32 bits, sets it, and draws a gradient there, with segments
; that reach 4 GiB ("unreal" mode).

bits 16
org 0x7c00

INFO    equ 0x8000
MODE    equ 0x8200

        cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00
        sti
        mov di, INFO
        mov dword [di], 'VBE2'
        mov ax, 0x4f00
        int 0x10
        cmp ax, 0x004f
        jne failed
        lfs si, [INFO + 14]             ; the list of modes
.next:  mov cx, [fs:si]
        add si, 2
        cmp cx, 0xffff
        je failed
        mov di, MODE
        mov ax, 0x4f01
        int 0x10
        cmp ax, 0x004f
        jne .next
        test byte [MODE], 0x80          ; a linear frame buffer
        jz .next
        cmp word [MODE + 18], 640
        jne .next
        cmp word [MODE + 20], 480
        jne .next
        cmp byte [MODE + 25], 32
        jne .next
        mov bx, cx
        or bx, 0x4000
        mov ax, 0x4f02
        int 0x10
        cmp ax, 0x004f
        jne failed

        cli
        lgdt [gdtr]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp short $ + 2
        mov bx, 8
        mov es, bx
        and al, 0xfe
        mov cr0, eax
        jmp short $ + 2
        mov es, [zero]                  ; base 0, as who pushes and pops it would make it; the limit stays
        sti

        mov edi, [MODE + 40]
        movzx edx, word [MODE + 16]     ; bytes in a row
        xor ebx, ebx                    ; y
.row:   xor ecx, ecx                    ; x
        mov esi, edi
.pixel: mov eax, ebx                    ; green by rows, red by columns
        shr eax, 1
        mov ah, al
        mov al, 0
        push ecx
        shr ecx, 2
        shl ecx, 16
        or eax, ecx
        pop ecx
        mov [es:esi], eax
        add esi, 4
        inc ecx
        cmp ecx, 640
        jne .pixel
        add edi, edx
        inc ebx
        cmp ebx, 480
        jne .row
        mov dword [0x500], 'done'
        jmp $

failed: mov ax, 0x0e00 + 'F'
        int 0x10
        jmp $

zero:
gdt     dq 0
        dq 0x00cf92000000ffff
gdtr    dw $ - gdt - 1
        dd gdt

        times 510 - ($ - $$) db 0
        dw 0xaa55
