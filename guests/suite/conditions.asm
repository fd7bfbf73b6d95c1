; All sixteen conditions of SETcc, of Jcc short and of Jcc near, under nine settings of the flags.
%include "guest.inc"
%macro by_setcc 1
        shl ebx, 1
        push si
        popf
        set%1 cl
        or bl, cl
%endmacro
%macro by_short 1
        shl ebx, 1
        push si
        popf
        j%1 short %%taken
        jmp short %%next
%%taken: inc bx
%%next:
%endmacro
%macro by_near 1
        shl ebx, 1
        push si
        popf
        j%1 near %%taken
        jmp near %%next
%%taken: inc bx
%%next:
%endmacro
%macro each 1
        xor ebx, ebx
        %1 o
        %1 no
        %1 c
        %1 nc
        %1 z
        %1 nz
        %1 be
        %1 a
        %1 s
        %1 ns
        %1 p
        %1 np
        %1 l
        %1 ge
        %1 le
        %1 g
        push bx
%endmacro
        mov di, settings
again:  mov si, [di]
        each by_setcc
        each by_short
        each by_near
        add di, 2
        cmp di, settings.end
        jne again
; in memory
        setflags ZF
        sete [byte_]
        setne [byte_ + 1]
        push word [byte_]
        done
settings dw 0, OF, CF, ZF, SF, PF, SF | OF, CF | ZF, ALL
.end:
byte_   db 0xff, 0xff
