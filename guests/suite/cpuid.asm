; CPUID leaf 0, which the host answers.
%include "guest.inc"
        mov eax, 0
        mov ecx, 0
        cpuid
        mov [0x4000], ebx
        mov [0x4004], edx
        mov [0x4008], ecx
        push eax
        done
