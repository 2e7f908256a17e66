/*
 * kit/process.h - what service_main and a replay share: options, keys, a client at the broker.
 */
#pragma once

#include "base/options.h"
#include "client/client.h"
#include "kit/service.h"

struct process {
    const struct service *service;
    struct options *options;
    const char *dir; /* the town's folder */
    char name[64];   /* carebus-NAME; of the options' table, which keeps it */
    struct options_program program;
    char endpoint[OPTIONS_ENDPOINT_SIZE];
    uint8_t server_key[SOCKET_KEY_BYTES];
    struct socket_keys keys;
    struct socket_context *context;
    char problem[512];
};

/* Reads the command line and carebus.conf.  > 0: all is said, and *ret_status is the end. */
int process_open(struct process *process, const struct service *service, int argc, char **argv,
                 int *ret_status);
void process_close(struct process *process);

/* Keys and endpoint, for what speaks to the broker.  > 0: `problem` says what is wrong. */
int process_prepare(struct process *process);

/* A client of this service's key.  `options` has what is not here. */
int process_client(struct process *process, const struct client_options *options,
                   struct client **ret_client);

/* `DIR/store/NAME`, `DIR/run/NAME.lock` ...: printf-like behind DIR. */
enum { PROCESS_PATH = 4096 };
void process_path(const struct process *process, char path[PROCESS_PATH], const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --replay: an exit status. */
int replay_run(struct process *process);
