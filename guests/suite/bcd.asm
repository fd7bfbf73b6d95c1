; AAM, AAD and DAS; AAM by zero is a #DE.
%include "guest.inc"
        mov ax, 0x5500
        mov al, 97
        aam
        seen ax
        mov al, 0
        aam
        seen ax
        mov ax, 0x0907
        aad
        seen ax
        mov ax, 0x0000
        aad
        seen ax
        mov al, 0xfe
        aam 16
        seen ax
        mov ax, 0x0206
        aad 16
        seen ax
        mov ax, 0x1200
        mov al, 0x35
        sub al, 0x47
        das
        seen ax
        mov al, 0x99
        sub al, 0x11
        das
        seen ax
        mov al, 0x20
        sub al, 0x01
        das
        seen ax
        setflags CF | AF
        mov al, 0x66
        das
        seen ax
        handler 0, divide_error
        mov ax, 0x1234
        aam 0
after:  push ax
        done
divide_error:
        pop bp
        add sp, 4
        sub bp, after
        push bp                 ; minus the instruction's length
        jmp after
