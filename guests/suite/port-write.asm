; OUT: the port in the instruction or in DX; 1, 2 and 4 bytes.
%include "guest.inc"
        mov eax, 0x89abcdef
        out 0x40, al
        out 0x42, ax
        out 0x44, eax
        mov dx, 0x300
        out dx, al
        inc dx
        out dx, ax
        mov edx, 0xffff0304     ; DX alone counts
        out dx, eax
        setflags ALL
        out 0x5f, al
        seen eax
        done
