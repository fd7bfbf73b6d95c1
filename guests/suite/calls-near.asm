; CALL and JMP near, direct and through registers and memory, and RET with and without a count.
%include "guest.inc"
        mov ax, 1
        call double
        push ax
        mov bx, double
        call bx
        push ax
        call [table]
        push ax
        mov bx, table - 0x10
        call [bx + 0x10]
        push ax
        push word 0x1111
        push word 0x2222
        call drop_two
        push sp
        mov cx, next
        jmp cx
        hlt
next:   jmp [table + 2]
        hlt
next2:  jmp near far_away
        hlt
        place 0x1080
back:   call here
here:   push sp
        mov ebp, -1
        call dword wide
        push ebp
        done
        place 0x1180
far_away: jmp back
double: add ax, ax
        ret
drop_two: mov bp, sp
        mov dx, [bp + 4]
        ret 4
wide:   mov bp, sp
        mov ebp, [bp]           ; the return address
        o32 ret
table   dw double, next2
