; SHL, SHR and SAR: counts of 1, an immediate, CL, 0, and above 31, of which only five bits count.
%include "guest.inc"
        mov ax, 0x4001
        shl ax, 1
        seen ax
        mov ax, 0xc000
        shl ax, 1
        seen ax
        mov ax, 0x1281
        shr al, 1
        seen ax
        mov ax, 0x8001
        sar ax, 1
        seen ax
        mov eax, 0x80000001
        shr eax, 1
        seen eax
        mov ax, 0x00ff
        shl ax, 4
        seen ax
        mov ax, 0x1290
        sar al, 3
        seen ax
        mov eax, 0x12345678
        mov cl, 12
        shr eax, cl
        seen eax
        setflags ALL
        mov cl, 0
        mov ax, 0x1234
        shl ax, cl
        seen ax
        setflags CF | ZF
        mov cl, 32
        mov eax, 0x12345678
        sar eax, cl
        seen eax
        mov cl, 33
        mov eax, 0x80000003
        shr eax, cl
        seen eax
        mov ax, 0x8000
        mov cl, 20
        sar ax, cl
        seen ax
        mov ax, 0x8000
        mov cl, 17
        shr ax, cl
        push ax
        mov word [variable], 0x8181
        shr byte [variable], 1
        seen word [variable]
        sar byte [variable + 1], 2
        seen word [variable]
        mov dword [variable], 0x40000000
        shl dword [variable], 1
        seen dword [variable]
        done
variable dd 0
