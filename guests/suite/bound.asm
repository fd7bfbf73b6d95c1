; BOUND: nothing within the bounds, vector 5 outside; its return address is the BOUND itself.
%include "guest.inc"
        handler 5, out_of_bounds
        mov di, 0x4000
        mov ax, -5
        bound ax, [limits]
        mov ax, 10
        bound ax, [limits]
        mov si, .next1
        mov ax, 11
        jmp .below
        place 0x1040
.below: bound ax, [limits]
.next1: mov si, .next2
        mov eax, -6
        bound eax, [wide]
.next2: push word [count]
        done
out_of_bounds: inc word [count]
        pop ax
        add sp, 4
        note ax
        jmp si
limits  dw -5, 10
wide    dd -5, 10
count   dw 0
