; Operands that reach beyond offset FFFF: vector 13, and vector 12 where SS is used. Nothing is half done.
%include "guest.inc"
        handler 13, protection
        handler 12, stack_fault
        mov ax, ds
        mov es, ax
        mov di, 0x4000
        mov byte [0xffff], 0x5a
        mov si, .next1
        jmp .first
        place 0x1040
.first: mov ax, [0xffff]
.next1: mov al, [0xffff]        ; a byte fits
        push ax
        mov si, .next2
        mov word [0xffff], 0x1234
.next2: mov al, [0xffff]
        push ax
        mov si, .next3
        mov eax, [0xfffd]
.next3: mov bp, 0xffff
        mov si, .next4
        mov ax, [bp]
.next4: mov ebx, 0x00010000
        mov si, .next5
        mov al, [ebx]
.next5: mov si, .next6
        mov ax, [ds:bp]
.next6: mov si, .next7
        add word [0xffff], 1
.next7: mov al, [0xffff]
        push ax
        done
protection: pop ax
        add sp, 4
        note ax
        mov ax, 13
        note ax
        jmp si
stack_fault: pop ax
        add sp, 4
        note ax
        mov ax, 12
        note ax
        jmp si
