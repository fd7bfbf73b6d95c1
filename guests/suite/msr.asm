; RDMSR and WRMSR of registers that only the host knows; those that nobody knows are vector 13.
%include "guest.inc"
        handler 13, protection
        mov di, 0x4010
        mov ecx, 0x12345678
        rdmsr
        push edx
        push eax
        mov edx, 0x99aabbcc
        mov eax, 0xddeeff00
        wrmsr
        mov ecx, 0x12345679
        mov si, .next1
        jmp .first
        place 0x1050
.first: rdmsr
.next1: mov si, .next2
        wrmsr
.next2: seen edx, eax
        done
protection: pop bx
        add sp, 4
        note bx
        jmp si
