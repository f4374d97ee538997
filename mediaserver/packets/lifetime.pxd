"""Owns how the engine's state begins and ends: everything in it that is not Python's."""

from libc.stdlib cimport calloc, free
from posix.unistd cimport close

from mediaserver.packets.audibility cimport close_probes
from mediaserver.packets.endpoints cimport CELLS
from mediaserver.packets.limits cimport MAX_CLIPS, MAX_LEGS
from mediaserver.packets.linux cimport getrandom, pthread_mutex_destroy, pthread_mutex_init
from mediaserver.packets.mixing cimport end_mix
from mediaserver.packets.port cimport Port, Socket
from mediaserver.packets.tapping cimport close_tap
from mediaserver.packets.wheel cimport clear


cdef inline Port* open_port(int sockets) except NULL:
    """State without legs, clips and descriptors, and with room for so many sockets."""
    cdef int at
    cdef Port* port = <Port*>calloc(1, sizeof(Port))
    if port == NULL:
        raise MemoryError
    port.watch = port.bell = port.alarm = -1
    port.sockets = <Socket*>calloc(sockets, sizeof(Socket))
    if port.sockets == NULL:
        free(port)
        raise MemoryError
    pthread_mutex_init(&port.lock, NULL)
    getrandom(&port.table.seed, sizeof(port.table.seed), 0)
    for at in range(CELLS):
        port.table.cells[at].leg = -1
    clear(&port.wheel)
    return port


cdef inline void close_port(Port* port) noexcept:
    """Give everything back. The thread has ended."""
    cdef int at
    while port.mixes != NULL:
        end_mix(port, port.mixes)
    close_probes(port)
    for at in range(MAX_CLIPS):
        free(port.clips[at].ends)
    for at in range(MAX_LEGS):
        close_tap(&port.legs[at].tap)
    free(port.comfort.ends)
    pthread_mutex_destroy(&port.lock)
    for descriptor in (port.watch, port.bell, port.alarm):
        close(descriptor)
    free(port.sockets)
    free(port)
