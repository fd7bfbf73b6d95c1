; PUSH and POP in all forms, PUSHA, POPA, PUSHAD and POPAD.
%include "guest.inc"
        push sp                 ; the value before the push
        mov bx, variable
        push word [bx]
        push dword [bx]
        push 0x12
        push -0x12
        push 0x1234
        pop word [bx]
        push word [bx]
        pop dword [bx]
        push dword [bx]
        push 0x5678
        pop word [esp]          ; the address is made with the ESP after the pop
        mov dx, sp
        push 0x6000
        pop sp                  ; takes the value
        mov bx, sp
        mov sp, dx
        push bx
        mov eax, 0x00010001
        mov ecx, 0x00020002
        mov edx, 0x00030003
        mov ebx, 0x00040004
        mov ebp, 0x00050005
        mov esi, 0x00060006
        mov edi, 0x00070007
        pusha
        pushad
        mov [old_sp], sp
        mov sp, words
        popa
        mov [variable], sp
        mov sp, [old_sp]
        pusha
        push word [variable]
        mov [old_sp], sp
        mov sp, dwords
        popad
        mov [variable], sp
        mov sp, [old_sp]
        pushad
        push word [variable]
        done
        place 0x1100
variable dd 0x89abcdef
old_sp  dw 0
words   dw 0x0107, 0x0106, 0x0105, 0x5555, 0x0104, 0x0103, 0x0102, 0x0101
dwords  dd 0x77777777, 0x66666666, 0x55555555, 0x12345678, 0x44444444, 0x33333333, 0x22222222, 0x11111111
