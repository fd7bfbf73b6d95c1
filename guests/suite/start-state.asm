; The state that the host sets before the first instruction. Runs at 0100:0000, so no label may be used.
%include "guest.inc"
        push eax
        push ebx
        push ecx
        push edx
        push esi
        push edi
        push ebp
        push esp
        push cs
        push ds
        push es
        push fs
        push gs
        push ss
        push word [0x10]
        push word [es:0x10]
        push word [fs:0x10]
        push word [gs:0x10]
        push word [ss:0x10]
        pushf
        done
