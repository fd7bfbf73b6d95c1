; ENTER with nesting levels: it copies the frame pointers of the levels above.
%include "guest.inc"
        mov bp, 0x1111
        enter 4, 1
        mov dword [bp - 6], 0xaaaaaaaa
        push bp
        enter 2, 2
        mov word [bp - 6], 0xbbbb
        push bp
        enter 0, 3
        push bp
        push sp
        done
