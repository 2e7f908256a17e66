/*
 * store/inside.h - what the files of this floor share; nobody else includes it.
 */
#pragma once

#include <lmdb.h>

#include "store/store.h"

struct store {
    MDB_env *env;
    MDB_dbi tables[STORE_TABLES];
    unsigned table_count;
    int lock_fd;
    unsigned calls;   /* since the seam was set */
    unsigned fail_at; /* 0: none                */
};

struct store_txn {
    struct store *store;
    MDB_txn *txn;
    bool full;  /* 90 % was in use when it began: nothing more is put */
    bool spent; /* the map ran full under it: it can only be aborted */
};

int store_fault(int code);
bool store_fails(struct store *store);
int store_checked(unsigned table, struct slice key, const MDB_val *found, struct slice *ret_value);
