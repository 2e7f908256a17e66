/*
 * opinion: a text as it is compared.  People write in full width, in capitals, with blanks between
 * the characters, and in traditional characters; the words of the lexicon are to be found all the
 * same.
 */
#include <string.h>

#include "opinion/opinion.h"

/* Traditional, simplified, traditional, simplified ...: the characters of the town's lexicon that
 * differ. */
static const char pairs[] =
    "沒没藥药斷断買买島岛燒烧掛挂號号醫医護护車车來来問问顧顾無无諉诿電电話话熱热線线佔占復复覆复"
    "糧粮飯饭資资質质變变獨独純纯個个帶带兒儿暈晕難难氣气開开撐撑裡里裏里過过幾几養养陽阳讓让視视"
    "緒绪亂乱語语見见餓饿凍冻發发現现屍尸體体棄弃關关係系戶户衹只給给憑凭麼么幫帮誰谁鄉乡鎮镇樓楼"
    "區区鄰邻貧贫殘残聾聋啞哑瘋疯鬧闹傷伤";

enum { HAN_BYTES = 3 }; /* every character above has three bytes of UTF-8 */

/* The bytes of the character at `text`; 0: it is none. */
static size_t length_of(const char *text)
{
    unsigned char first = (unsigned char)text[0];
    size_t length = first < 0x80             ? 1
                    : (first & 0xe0) == 0xc0 ? 2
                    : (first & 0xf0) == 0xe0 ? 3
                    : (first & 0xf8) == 0xf0 ? 4
                                             : 0;

    for (size_t i = 1; i < length; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

static const char *simplified(const char *character)
{
    for (const char *pair = pairs; *pair != '\0'; pair += 2 * (size_t)HAN_BYTES)
        if (memcmp(pair, character, HAN_BYTES) == 0)
            return pair + HAN_BYTES;
    return character;
}

/* U+FF01 to U+FF5E are the full width of 0x21 to 0x7e; 0: it is no such. */
static char half_width(const char *character)
{
    unsigned code = ((unsigned)(unsigned char)character[0] & 0x0f) << 12
                    | ((unsigned)(unsigned char)character[1] & 0x3f) << 6
                    | ((unsigned)(unsigned char)character[2] & 0x3f);

    return code >= 0xff01 && code <= 0xff5e ? (char)(code - 0xff01 + 0x21) : '\0';
}

/* U+3000, and U+200B to U+200F and U+FEFF, which nobody sees. */
static bool is_blank(const char *character)
{
    return memcmp(character, "\xe3\x80\x80", HAN_BYTES) == 0
           || (memcmp(character, "\xe2\x80", 2) == 0 && (unsigned char)character[2] >= 0x8b
               && (unsigned char)character[2] <= 0x8f)
           || memcmp(character, "\xef\xbb\xbf", HAN_BYTES) == 0;
}

static char *put_ascii(char *at, char c)
{
    if (c > ' ' && c != 0x7f)
        *at++ = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    return at;
}

static char *put_han(char *at, const char *character)
{
    char half = half_width(character);

    if (half != '\0')
        return put_ascii(at, half);
    if (is_blank(character))
        return at;
    memcpy(at, simplified(character), HAN_BYTES);
    return at + HAN_BYTES;
}

const char *opinion_plain(struct turn *turn, const char *text)
{
    char *plain = turn_array(turn, strlen(text) + 1, 1);
    char *at = plain;

    if (plain == NULL)
        return "";
    while (*text != '\0') {
        size_t length = length_of(text);
        if (length == 1)
            at = put_ascii(at, *text);
        else if (length == HAN_BYTES)
            at = put_han(at, text);
        else if (length > 0)
            at = (char *)memcpy(at, text, length) + length;
        text += length == 0 ? 1 : length;
    }
    *at = '\0';
    return plain;
}
