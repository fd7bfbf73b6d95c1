; MOVZX, MOVSX, CBW, CWDE, CWD and CDQ; flags stay as they are.
%include "guest.inc"
        setflags ALL
        mov eax, 0x55555555
        mov bl, 0x80
        movzx ax, bl
        push eax
        movsx ax, bl
        push eax
        movsx eax, bl
        push eax
        mov bx, 0x8001
        movzx eax, bx
        push eax
        movsx eax, word [value]
        push eax
        movzx ecx, byte [value + 1]
        push ecx
        movsx cx, byte [value]
        push ecx
        mov eax, 0x12345680
        cbw
        push eax
        cwde
        push eax
        mov edx, 0x11112222
        cwd
        push edx
        mov eax, 0x7fffffff
        cdq
        seen edx
        done
value   dw 0x9a7f
