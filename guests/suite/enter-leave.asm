; ENTER without nesting, and LEAVE.
%include "guest.inc"
        mov di, 0x4000
        mov bp, 0x1111
        enter 8, 0
        note bp
        note sp
        mov word [bp - 8], 0xaaaa
        enter 0, 0
        note bp
        note sp
        leave
        note bp
        note sp
        leave
        note bp
        note sp
        push bp
        done
