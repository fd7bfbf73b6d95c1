; A stack and return addresses that are not in memory.
%include "guest.inc"
        mov ax, 0x1000
        mov ss, ax
        mov sp, 0x0100
        push word 0x1234
        push dword 0x56789abc
        pop ax
        mov dx, ax
        call near routine
        push word .back
        ret
        hlt
        place 0x1040
.back:  pushf
        popf
        mov bp, 0x00a0
        mov si, [bp]
        done
routine: ret
