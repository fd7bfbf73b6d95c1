; A small system in the manner of DOS, on a floppy of 360K with a FAT12 file system: DIR, TYPE, COPY, DEL, VER, EXIT. What it reads and
; writes goes by INT 13h, by the geometry that AH=08h tells.
;
; The image is the floppy's beginning: boot sector and shell, tables, and the first file. The rest of it is zeros.

cpu 386
bits 16
org 0x7c00

RESERVED        equ 5                   ; sectors of boot sector and shell
FAT_SECTORS     equ 2
ENTRIES         equ 64                  ; of the root directory
DIR_SECTORS     equ ENTRIES * 32 / 512
FIRST           equ RESERVED + 2 * FAT_SECTORS + DIR_SECTORS ; sector of the first cluster, which is number 2
CLUSTER         equ 2                   ; sectors
LAST            equ (720 - FIRST) / CLUSTER + 1 ; number of the last one
END_OF_FILE     equ 0xfff

FAT     equ 0x9000
ROOT    equ 0x9400
BUFFER  equ 0xa000
LINE    equ 0xa800
NAME    equ 0xa900

        jmp short start
        nop
        db 'PICOVM  '
        dw 512
        db CLUSTER
        dw RESERVED
        db 2
        dw ENTRIES, 720
        db 0xfd
        dw FAT_SECTORS, 9, 2
        dd 0, 0
        db 0, 0, 0x29
        dd 0x12345678
        db 'NO NAME    FAT12   '

start:  xor ax, ax
        mov ss, ax
        mov sp, 0x7c00
        mov ds, ax
        mov es, ax
        cld
        mov [drive], dl
        mov ah, 8
        int 0x13
        jc failed
        push ds
        pop es
        and cx, 63
        mov [track], cx
        mov dl, dh
        mov dh, 0
        inc dx
        mov [heads], dx
        mov ax, 1
        mov cx, RESERVED - 1
        mov bx, 0x7e00
        call disk
        jnc shell
failed: mov si, .text
        call print
        mov ah, 0
        int 0x16
        int 0x19
.text:  db 'Disk error. Press a key', 13, 10, 0

drive:  db 0
way:    db 2                            ; 2 reads, 3 writes
track:  dw 0
heads:  dw 0

; Moves CX sectors from AX on from or to BX. Carry: it failed.
disk:   pusha
.next:  push cx
        mov di, 3
.again: push ax
        xor dx, dx
        div word [track]
        inc dx
        mov cx, dx
        xor dx, dx
        div word [heads]
        mov ch, al
        shl ah, 6
        or cl, ah
        mov dh, dl
        mov dl, [drive]
        mov ah, [way]
        mov al, 1
        int 0x13
        jnc .good
        mov ah, 0
        mov dl, [drive]
        int 0x13
        pop ax
        dec di
        jnz .again
        pop cx
        popa
        stc
        ret
.good:  pop ax
        pop cx
        inc ax
        add bx, 512
        loop .next
        popa
        clc
        ret

; The text at SI, up to a zero.
print:  lodsb
        test al, al
        jz .end
        call put
        jmp print
.end:   ret

; The character in AL.
put:    pusha
        mov ah, 0x0e
        mov bx, 7
        int 0x10
        popa
        ret

        times 510 - ($ - $$) db 0
        dw 0xaa55

shell:  call ver
reload: call load
prompt: mov sp, 0x7c00
        mov si, .text
        call print
        call line
        mov si, LINE
        call blanks
        cmp byte [si], 0
        je prompt
        mov bx, commands
.try:   mov di, [bx]
        test di, di
        jz .unknown
        push si
.same:  lodsb
        inc di
        cmp al, [di - 1]
        je .same
        cmp byte [di - 1], 0            ; the command's whole name: nothing or a blank may come next
        jne .other
        cmp al, ' '
        je .found
.other: pop si
        add bx, 4
        jmp .try
.found: call blanks
        call [bx + 2]
        jmp prompt
.unknown:
        mov si, .bad
say:    call print
        jmp prompt
prompt.text: db 13, 10, 'A:\>', 0
prompt.bad: db 'Bad command', 13, 10, 0

; What was changed in memory alone is read again.
undo:   call print
        jmp reload

commands:
        dw .dir, dir, .type, type, .copy, copy, .del, del, .ver, ver, .exit, exit, 0
.dir:   db 'DIR', 0
.type:  db 'TYPE', 0
.copy:  db 'COPY', 0
.del:   db 'DEL', 0
.ver:   db 'VER', 0
.exit:  db 'EXIT', 0

; The first FAT and the directory.
load:   mov ax, RESERVED
        mov cx, FAT_SECTORS
        mov bx, FAT
        call disk
        jc failed
        mov ax, RESERVED + 2 * FAT_SECTORS
        mov cx, DIR_SECTORS
        mov bx, ROOT
        call disk
        jc failed
        ret

; A line of capitals into LINE, with a blank and a zero behind it.
line:   mov di, LINE
.key:   mov ah, 0
        int 0x16
        cmp al, 13
        je .end
        cmp al, 8
        je .back
        cmp al, ' '
        jb .key
        cmp di, LINE + 70
        je .key
        cmp al, 'a'
        jb .put
        cmp al, 'z'
        ja .put
        sub al, 32
.put:   stosb
        call put
        jmp .key
.back:  cmp di, LINE
        je .key
        dec di
        mov si, .rubout
        call print
        jmp .key
.end:   mov word [di], ' '
        mov si, newline
        jmp print
.rubout: db 8, ' ', 8, 0
newline: db 13, 10, 0

%include "dos-files.inc"
%include "dos-commands.inc"

        times RESERVED * 512 - ($ - $$) db 0

%rep 2                                  ; the FATs: cluster 2 is a file
        dw 0xfffd
        db 0xff
        dw END_OF_FILE
        times FAT_SECTORS * 512 - 5 db 0
%endrep

        db 'README  TXT'
        db 0x20, 0, 0
        dw 0, 0x5b77, 0x5b77, 0, 0, 0x5b77, 2 ; 23 November 2025
        dd readme.end - readme
        times (FIRST * 512) - ($ - $$) db 0
readme: db 'A floppy of its own making.', 13, 10
readme.end:
        times (FIRST + CLUSTER) * 512 - ($ - $$) db 0
