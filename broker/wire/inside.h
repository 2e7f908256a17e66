/*
 * wire/inside.h - what the files of this floor share; nobody else includes it.
 */
#pragma once

#include <stdbool.h>
#include <zmq.h>

struct socket_context {
    void *zmq;
};

struct socket {
    void *zmq;
    bool is_listener;
    bool is_plain;
    zmq_msg_t message; /* the last one received, lent to the caller */
};

struct socket_zap {
    void *zmq;
};
