; Far jumps, calls and returns at the same level, 16-bit code among them.
%include "protected.inc"
        enter_protected
        call CODE32:procedure
        show eax
        show esp
        mov dword [0x5000], .second
        mov word [0x5004], CODE32
        jmp far [0x5000]
        show 0xdead
.second:
        mov dword [0x5000], procedure
        xor eax, eax
        call far [0x5000]
        show eax
        push dword 0x1111
        push cs
        push dword .third
        retf
        show 0xdead
.third: pop eax
        show eax
        jmp CODE16:narrow
        bits 16
narrow: mov eax, 0x12345678
        push ax                         ; 16 bits
        mov ebx, esp
        pop ax
        mov ecx, 0x00010000
        mov byte [ecx - 1], 0x5a        ; DS is flat
        movzx eax, byte [ecx - 1]
        show eax
        jmp dword CODE32:wide
        bits 32
wide:   show ebx
        show esp
        ; Where nothing may be called.
        fails jmp DATA32:0
        fails call 0xfff8:0
        fails jmp 0:0
        fails call UCODE:procedure      ; of level 3
        fails jmp ABSENT:0
        done
procedure:
        show [esp + 4]
        mov eax, 0x600d
        retf
