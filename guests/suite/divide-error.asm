; #DE through vector 0: its return address is the DIV itself, and the registers are as they were.
%include "guest.inc"
        handler 0, divide_error
        mov ax, 0x1234
        mov bl, 0
        mov si, .next1
.fault1 div bl
.next1: mov ax, 0x0200
        mov bl, 0x02
        mov si, .next2
.fault2 div bl
.next2: mov dx, 0x8000
        mov ax, 0x0000
        mov bx, -1
        mov si, .next3
.fault3 idiv bx
.next3: mov ax, 0x0080
        mov bl, 1
        mov si, .next4
.fault4 idiv bl
.next4: mov edx, 1
        mov eax, 0
        mov ebx, 1
        mov si, .next5
.fault5 div ebx
.next5: mov dx, 0
        mov ax, 5
        mov si, .next6
.fault6 es div word [zero]
.next6:
        seen word [count]
        done
; pushes how far behind the faulting instruction the return address is not, and the operands
divide_error:
        inc word [count]
        pop bp                  ; IP
        add sp, 4               ; CS and FLAGS
        push ax
        push dx
        mov cx, si
        sub cx, bp              ; the length of the instruction
        push cx
        jmp si
count   dw 0
zero    dw 0
