; The x87: constants, arithmetic, roundings, exceptions, comparisons, transcendental functions of exact arguments.
%include "guest.inc"
        mov eax, cr0
        and al, 0xf1
        or al, 0x22             ; MP, NE; no EM, no TS
        mov cr0, eax
        fninit
        mov di, 0x4000
        fldpi
        fstp tword [di]
        fld1
        fild word [three]
        fdivp st1, st0
        fstp qword [di + 0x10]
        fild word [two]
        fsqrt
        fst dword [di + 0x18]
        fstp tword [di + 0x20]
        ; The nearest, down, up, and cut: 2.5 and -2.5.
        mov si, controls
        mov bx, 0x4030
.round: fldcw [si]
        fld dword [half]
        fistp word [bx]
        fld dword [half]
        fchs
        fistp word [bx + 2]
        add bx, 4
        add si, 2
        cmp si, controls + 8
        jb .round
        fninit
        fild dword [decimal]
        fbstp [0x4040]
        ; Masked exceptions.
        fld1
        fldz
        fdivp st1, st0
        fstp dword [0x4050]
        fnstsw ax
        and ax, 0x7f
        push ax                 ; ZE
        fnclex
        fldz
        fldz
        fdivp st1, st0
        fstp dword [0x4054]
        fnstsw ax
        and ax, 0x7f
        push ax                 ; IE
        fnclex
        ; Comparisons.
        fld1
        fldz
        fcompp
        fnstsw ax
        and ax, 0x4700
        push ax                 ; 0 < 1
        fld1
        fld1
        fcompp
        fnstsw ax
        and ax, 0x4700
        push ax
        fldz
        fxam
        fnstsw ax
        and ax, 0x4700
        push ax
        ; Exact arguments.
        fcos
        fstp qword [0x4058]
        fld1
        fld1
        fpatan
        fstp tword [0x4060]
        fld1
        f2xm1
        fstp qword [0x4070]
        fld1
        fild word [two]
        fyl2x
        fstp qword [0x4078]
        fild word [seven]
        fild word [three]
        fxch st1
        fprem
        fistp word [0x4080]
        fstp st0
        fld dword [half]
        fxtract
        fistp word [0x4082]     ; rounded: 1.25
        fistp word [0x4084]
        fnstcw [0x4086]
        fnstsw ax
        and ax, 0x3800
        push ax                 ; the stack is empty again
        done
two     dw 2
three   dw 3
seven   dw 7
half    dd 2.5
decimal dd -1234567
controls dw 0x37f, 0x77f, 0xb7f, 0xf7f
