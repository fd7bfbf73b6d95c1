; Loads of 1, 2 and 4 bytes from addresses that are not memory.
%include "guest.inc"
        mov ax, 0x1000
        mov fs, ax
        mov eax, 0x11223344
        mov al, [fs:0x0000]
        push eax
        mov ah, [fs:0x0001]
        push eax
        mov ax, [fs:0x0002]
        push eax
        mov eax, [fs:0x0004]
        push eax
        mov bx, 0x11
        mov cx, [fs:bx]
        push cx
        mov ecx, [fs:bx]
        push ecx
        movzx ecx, byte [fs:bx]
        push ecx
        movsx ecx, word [fs:bx]
        push ecx
        push word [fs:bx]
        push dword [fs:bx]
        mov ax, 0x100
        add ax, [fs:bx]
        seen ax
        cmp byte [fs:bx], 0x80
        seen
        test word [fs:bx], 0x0001
        seen
        mov al, 3
        mul byte [fs:bx]
        push ax
        mov es, [fs:bx]
        push es
        jmp [fs:bx]             ; to 1100
        hlt
        place 0x1100
        done
