; LAR, LSL, VERR, VERW and ARPL.
%include "protected.inc"
        enter_protected
%macro query 1
        xor eax, eax
        mov ecx, %1
        lar eax, ecx
        setz bl
        movzx ebx, bl
        show eax
        show ebx
        xor eax, eax
        lsl eax, ecx
        show eax
        verr cx
        setz bl
        verw cx
        setz bh
        movzx ebx, bx
        show ebx
%endmacro
        query CODE32
        query DATA32
        query LIMITED
        query READ
        query ABSENT
        query TSS
        query 0
        query 0x1000
        mov ax, UDATA & ~3
        mov bx, 2
        arpl ax, bx
        movzx eax, ax
        show eax
        done
