; BSF and BSR: the index, and ZF; of zero only ZF is defined.
%include "guest.inc"
        mov ax, 0x0810
        bsf bx, ax
        seen bx
        bsr bx, ax
        seen bx
        mov eax, 0x80000000
        bsf ebx, eax
        seen ebx
        bsr bx, [value]
        seen bx
        bsf ebx, [value]
        seen ebx
        xor ax, ax
        bsf cx, ax
        seen
        setflags 0
        bsr ecx, eax            ; the upper half is 8000
        seen ecx
        done
value   dd 0x00010002
