#include <string.h>
#include <zmq.h>

#include "base/err.h"
#include "wire/socket.h"

enum { KEY_BAD = 1 };

int socket_keys_make(struct socket_keys *ret_keys)
{
    char public_key[SOCKET_KEY_TEXT];
    char secret_key[SOCKET_KEY_TEXT];

    if (zmq_curve_keypair(public_key, secret_key) != 0)
        return FAULT(-errno);
    if (socket_key_parse(public_key, ret_keys->public_key) != 0
        || socket_key_parse(secret_key, ret_keys->secret_key) != 0)
        return FAULT(-EPROTO);
    return 0;
}

void socket_key_print(const uint8_t key[SOCKET_KEY_BYTES], char text[SOCKET_KEY_TEXT])
{
    zmq_z85_encode(text, key, SOCKET_KEY_BYTES);
}

int socket_key_parse(const char *text, uint8_t ret_key[SOCKET_KEY_BYTES])
{
    static const char alphabet[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    if (strlen(text) != SOCKET_KEY_TEXT - 1 || strspn(text, alphabet) != SOCKET_KEY_TEXT - 1)
        return KEY_BAD;
    return zmq_z85_decode(ret_key, text) == NULL ? KEY_BAD : 0;
}
