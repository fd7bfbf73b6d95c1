; CALL and JMP far, direct and through memory, and RETF with and without a count.
%include "guest.inc"
        mov di, 0x4000
        jmp start
        place 0x1010
start:  call 0x0100:far_sub - 0x1000
        call far [pointer]
        push word 0x1111
        call 0x0100:far_drop - 0x1000
        note sp
        jmp 0x00ff:next - 0xff0
        hlt
next:   note cs
        jmp far [cs:pointer2 - 0xff0]
        hlt
next2:  note cs
        jmp start2
        place 0x1080
start2: call dword far [pointer32]
        note sp
        jmp dword 0x0000:next3
        hlt
next3:  note cs
; a far return to an address of our own making
        push word 0x0080
        push word next4 - 0x800
        retf
        hlt
next4:  note cs
        jmp 0x0000:end
end:    note sp
        done
far_sub: mov bp, sp
        note cs
        mov ax, [bp]
        note ax
        mov ax, [bp + 2]
        note ax
        retf
far_drop: retf 2
far_wide: mov bp, sp
        note cs
        mov eax, [bp]
        mov [di], eax
        mov eax, [bp + 4]
        mov [di + 4], ax        ; the word above the selector may be anything
        add di, 6
        o32 retf
pointer dw far_sub - 0x800, 0x0080
pointer2 dw next2 - 0x1000, 0x0100
pointer32 dd far_wide - 0xa00
        dw 0x00a0
