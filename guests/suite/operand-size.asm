; 32-bit operands in 16-bit code: what they change, and what 8- and 16-bit ones leave alone.
%include "guest.inc"
        mov eax, 0x89abcdef
        mov al, 0x11
        push eax
        mov ah, 0x22
        push eax
        mov ax, 0x3333
        push eax
        mov ebx, eax
        add bx, 0xcccd          ; carries into nothing
        seen ebx
        add ebx, 0x00010000
        push ebx
        push byte -2
        push word 0x1234
        push dword 0x89abcdef
        o32 push byte -3
        pop ecx
        push ecx
        mov esi, 0x11111111
        xor si, si
        push esi
        movzx edi, si
        push edi
        mov dword [variable], 0x01020304
        mov bx, [variable + 2]
        push bx
        or dword [variable], 0x80
        push dword [variable]
        done
variable dd 0
