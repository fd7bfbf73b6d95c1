; ENTER and LEAVE with 32-bit operands push and pop 32 bits, though the stack has 16-bit addresses.
%include "guest.inc"
        mov di, 0x4000
        mov ebp, 0x22223333
        o32 enter 4, 0
        note bp
        note sp
        o32 leave
        push ebp
        done
