"""Owns the shape of libopus's functions and how the engine sets them up. Called through pointers; nothing is linked."""

from libc.stdint cimport int16_t, int32_t, uint8_t, uintptr_t

ctypedef void* (*CreateEncoder)(int32_t rate, int channels, int application, int* error) noexcept nogil
ctypedef void* (*CreateDecoder)(int32_t rate, int channels, int* error) noexcept nogil
ctypedef void (*Destroy)(void* state) noexcept nogil
ctypedef int (*Control)(void* state, int request, ...) noexcept nogil
ctypedef int32_t (*Encode)(void* state, const int16_t* pcm, int samples, uint8_t* data, int32_t room) noexcept nogil
ctypedef int (*Decode)(
    void* state, const uint8_t* data, int32_t length, int16_t* pcm, int samples, int recover
) noexcept nogil

cdef enum:
    RATE = 16_000  # Hertz of all sound that is decoded: wideband, as WhatsApp sends it. libopus converts.
    PER_SAMPLE = 3  # Units of RTP's clock of 48 kHz.
    SAMPLES = 320  # Of 20 ms.
    LONGEST = 1920  # Samples of one packet: 120 ms (RFC 6716 3.2.5).
    # opus_defines.h:
    RESTRICTED_LOWDELAY = 2051
    SET_BITRATE = 4002
    SET_COMPLEXITY = 4010
    RESET_STATE = 4028
    SET_PREDICTION_DISABLED = 4042
    # The figures stand in ARCHITECTURE.md.
    BITRATE = 32_000
    COMPLEXITY = 5


cdef struct Opus:
    CreateEncoder create_encoder
    Destroy destroy_encoder
    Control control_encoder
    Encode encode
    CreateDecoder create_decoder
    Destroy destroy_decoder
    Control control_decoder
    Decode decode


cdef inline bint read_codec(Opus* opus, functions) except False:
    """Take the addresses of an ``OpusFunctions``."""
    opus.create_encoder = <CreateEncoder><uintptr_t>functions.encoder_create
    opus.destroy_encoder = <Destroy><uintptr_t>functions.encoder_destroy
    opus.control_encoder = <Control><uintptr_t>functions.encoder_ctl
    opus.encode = <Encode><uintptr_t>functions.encode
    opus.create_decoder = <CreateDecoder><uintptr_t>functions.decoder_create
    opus.destroy_decoder = <Destroy><uintptr_t>functions.decoder_destroy
    opus.control_decoder = <Control><uintptr_t>functions.decoder_ctl
    opus.decode = <Decode><uintptr_t>functions.decode
    return True


cdef inline void* open_encoder(const Opus* opus) except NULL:
    """An encoder for mixed sound: CELT, for it takes a quarter of SILK's time and delays by 2.5 ms."""
    cdef int error
    cdef void* encoder = opus.create_encoder(RATE, 1, RESTRICTED_LOWDELAY, &error)
    if encoder == NULL:
        raise MemoryError
    opus.control_encoder(encoder, SET_BITRATE, <int32_t>BITRATE)
    opus.control_encoder(encoder, SET_COMPLEXITY, <int32_t>COMPLEXITY)
    return encoder


cdef inline void* open_decoder(const Opus* opus) except NULL:
    cdef int error
    cdef void* decoder = opus.create_decoder(RATE, 1, &error)
    if decoder == NULL:
        raise MemoryError
    return decoder
