/* PostgreSQL, synchronous_commit on: pipelined inserts, one commit for what was gathered. */
#include "load.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static PGconn *open_one(int port)
{
    char where[128];

    snprintf(where, sizeof(where), "host=127.0.0.1 port=%d dbname=postgres user=bench", port);
    PGconn *link = PQconnectdb(where);
    if (PQstatus(link) != CONNECTION_OK) {
        fprintf(stderr, "bench-peer: postgres: %s", PQerrorMessage(link));
        exit(69);
    }
    return link;
}

static void run(PGconn *link, const char *statement)
{
    PGresult *result = PQexec(link, statement);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        fprintf(stderr, "bench-peer: postgres: %s", PQerrorMessage(link));
        exit(69);
    }
    PQclear(result);
}

/* `count` inserts and one commit; waits until it is durable. */
static void insert(PGconn *link, uint32_t count)
{
    const char *values[1] = { load_body };

    PQenterPipelineMode(link);
    for (uint32_t i = 0; i < count; i++)
        PQsendQueryPrepared(link, "put", 1, values, NULL, NULL, 0);
    PQpipelineSync(link);
    for (uint32_t results = 0; results < count + 1;) {
        PGresult *result = PQgetResult(link);
        if (result == NULL)
            continue; /* the end of one statement's results */
        results++;
        if (PQresultStatus(result) == PGRES_FATAL_ERROR) {
            fprintf(stderr, "bench-peer: postgres: %s", PQerrorMessage(link));
            exit(69);
        }
        PQclear(result);
    }
    PQexitPipelineMode(link);
}

struct producer {
    int port;
    uint32_t under_way;
    struct measure *measure;
    uint64_t messages; /* 0: until the measure is over */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *produce(void *context)
{
    const struct producer *producer = context;
    struct measure *measure = producer->measure;
    PGconn *link = open_one(producer->port);

    run(link, "PREPARE put(text) AS INSERT INTO q(body) VALUES($1)");
    while (!measure_over(measure)
           && (producer->messages == 0 || measure->done < producer->messages)) {
        uint64_t asked_us = now_us();
        insert(link, producer->under_way);
        pthread_mutex_lock(&mutex);
        measure_span(measure, asked_us);
        measure->done += producer->under_way - 1;
        pthread_mutex_unlock(&mutex);
    }
    PQfinish(link);
    return NULL;
}

void postgres_publish(int port, uint32_t links, uint32_t under_way, double seconds,
                      uint64_t messages, struct measure *measure)
{
    struct producer producer = { port, under_way, measure, messages };
    pthread_t threads[LOAD_LINKS];
    PGconn *link = open_one(port);

    run(link, "DROP TABLE IF EXISTS q; CREATE TABLE q(id bigserial PRIMARY KEY, body text)");
    PQfinish(link);
    measure_begin(measure, seconds);
    for (uint32_t i = 0; i < links; i++)
        pthread_create(&threads[i], NULL, produce, &producer);
    for (uint32_t i = 0; i < links; i++)
        pthread_join(threads[i], NULL);
}

void postgres_drain(int port, uint64_t messages, struct measure *measure)
{
    PGconn *link = open_one(port);

    measure_begin(measure, 0);
    while (measure->done < messages) {
        PGresult *result = PQexec(link, "DELETE FROM q WHERE id IN (SELECT id FROM q ORDER BY id "
                                        "LIMIT 1000 FOR UPDATE SKIP LOCKED) RETURNING body");
        int count = PQntuples(result);
        PQclear(result);
        if (count == 0)
            break;
        measure->done += (uint64_t)count;
    }
    PQfinish(link);
}
