/* Shared by the proxy and its asker. */
#ifndef TESTS_UTIL_PROXY_H
#define TESTS_UTIL_PROXY_H

enum { PROXY_LINE_BYTES_MAX = 256 }; /* of one command */

/* Send one command to a running proxy and print its answer.
 *   path     of the control socket
 *   words    the command and its numbers
 *   Returns  0 done, 1 the proxy refused it, 2 there is no proxy */
int proxy_ask(const char *path, int words_count, char **words);

#endif
