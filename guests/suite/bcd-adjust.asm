; DAA, AAA and AAS.
%include "guest.inc"
        mov ax, 0x1279
        add al, 0x35
        daa
        seen ax
        mov al, 0x99
        add al, 0x01
        daa
        seen ax
        mov al, 0x12
        add al, 0x34
        daa
        seen ax
        setflags CF | AF
        mov al, 0x23
        daa
        seen ax
        setflags 0
        mov al, 0x9a
        daa
        seen ax
        mov ax, 0x0009
        add al, 0x08
        aaa
        seen ax
        mov ax, 0x0102
        add al, 0x03
        aaa
        seen ax
        setflags 0
        mov ax, 0x01fb
        aaa
        seen ax
        mov ax, 0x0203
        sub al, 0x08
        aas
        seen ax
        mov ax, 0x0209
        sub al, 0x04
        aas
        seen ax
        setflags AF
        mov ax, 0x0005
        aas
        seen ax
        done
