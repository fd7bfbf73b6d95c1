; The memory operands of 32-bit addressing in 16-bit code: SIB, scales, and the bases that use SS.
%include "guest.inc"
        cld
        mov di, 0x5000
        mov cx, 0x800
fill:   mov [di], di
        add di, 2
        loop fill
        mov eax, 0x5010
        mov ebx, 0x5100
        mov ecx, 0x0008
        mov edx, 0x5200
        mov ebp, 0x5300
        mov esi, 0x5400
        mov edi, 0x5500
        push word [eax]
        push word [ecx + 0x5000]
        push word [dword edx]
        push word [ebx + 0x12]
        push word [esi - 0x20]
        push word [edi + 0x1a0]
        push word [ebp]
        push word [dword 0x5abc]
        push word [ebx + ecx]
        push word [ebx + ecx * 2]
        push word [ebx + ecx * 4]
        push word [ebx + ecx * 8 + 0x100]
        push word [ecx * 8 + 0x5000]
        push word [ebp + ecx * 2 - 8]
        push word [eax + ebp - 0x5000]
        push word [edx + edx - 0x5200]
        push word [esp]                 ; what was pushed last
        push word [esp + 4]
        mov word [0x5000], 0x1111
        mov dword [ebx + ecx * 4 + 2], 0xaaaabbbb
        push dword [ebx + ecx * 4 + 2]
        inc byte [eax - 0x10]
        push word [eax - 0x10]
        done
