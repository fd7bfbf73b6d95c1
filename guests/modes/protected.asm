; Protected mode without paging, set up from the host: enterProtectedMode.
%include "modes.inc"
        bits 32
        mov esi, message
        mov edi, TEXT_SCREEN
        print esi, edi
        hlt
message db 'protected mode', 0
