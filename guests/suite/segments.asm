; Segment overrides, loads of all segment registers, and LES, LDS, LSS, LFS and LGS.
%include "guest.inc"
        mov ax, 0x0500
        mov ds, ax
        mov [0x10], ax          ; each at its segment's offset 10
        mov ax, 0x0510
        mov es, ax
        mov [es:0x10], ax
        mov ax, 0x0520
        mov fs, ax
        mov [fs:0x10], ax
        mov ax, 0x0530
        push ax
        pop gs
        mov [gs:0x10], ax
        mov word [ss:0x10], 0x0555
        mov bx, 0x10
        mov bp, 0x10
        push word [bx]
        push word [es:bx]
        push word [fs:bx]
        push word [gs:bx]
        push word [ss:bx]
        push word [bp]
        push word [ds:bp]
        push word [gs:bp]
        push word [cs:constant]
        push word [gs:ebx]
        push ds
        push es
        push fs
        push gs
        pop es
        push es
        push word [es:bx]
        mov [fs:0x20], gs
        push word [fs:0x20]
        xor ax, ax
        mov ds, ax
        les si, [pointer]
        push es
        push si
        lds si, [es:pointer]
        push ds
        push si
        lfs edi, [ss:pointer32]
        push fs
        push edi
        lgs dx, [fs:pointer]
        push gs
        push dx
        mov cx, ss
        lss sp, [cs:stack]
        push ax
        mov bp, sp
        mov dx, ss
        lss sp, [cs:old_stack]
        push dx
        push bp
        done
constant dw 0xc0de
pointer dw 0x2345, 0x0000
pointer32 dd 0x00012345
        dw 0x0000
stack   dw 0x0100, 0x0600
old_stack dw 0x8000 - 25 * 2, 0
