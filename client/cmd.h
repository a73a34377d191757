/* The commands, one function each; main.c has their table. */
#ifndef CLIENT_CMD_H
#define CLIENT_CMD_H

#include "client/client.h"

/* Each runs one command and gives the exit code. Source: doc/thidua.1, "COMMANDS". */
enum outcome cmd_status(struct client *c, const struct args *args);
enum outcome cmd_peers(struct client *c, const struct args *args);
enum outcome cmd_conflicts(struct client *c, const struct args *args);
enum outcome cmd_findings(struct client *c, const struct args *args);
enum outcome cmd_set_aside(struct client *c, const struct args *args);
enum outcome cmd_freshness(struct client *c, const struct args *args);
enum outcome cmd_doctor(struct client *c, const struct args *args);
enum outcome cmd_missing(struct client *c, const struct args *args);
enum outcome cmd_due(struct client *c, const struct args *args);
enum outcome cmd_waiting(struct client *c, const struct args *args);
enum outcome cmd_sync(struct client *c, const struct args *args);
enum outcome cmd_machines(struct client *c, const struct args *args);
enum outcome cmd_revoke(struct client *c, const struct args *args);
enum outcome cmd_move(struct client *c, const struct args *args);
enum outcome cmd_erase(struct client *c, const struct args *args);
enum outcome cmd_verify(struct client *c, const struct args *args);
enum outcome cmd_backup(struct client *c, const struct args *args);
enum outcome cmd_invite(struct client *c, const struct args *args);
enum outcome cmd_grant(struct client *c, const struct args *args);
enum outcome cmd_join(struct client *c, const struct args *args);
enum outcome cmd_import(struct client *c, const struct args *args);
enum outcome cmd_operator(struct client *c, const struct args *args);
enum outcome cmd_plan_read(struct client *c, const struct args *args);
enum outcome cmd_plan_import(struct client *c, const struct args *args);
enum outcome cmd_issue(struct client *c, const struct args *args);
enum outcome cmd_map(struct client *c, const struct args *args);
enum outcome cmd_records(struct client *c, const struct args *args);
enum outcome cmd_add(struct client *c, const struct args *args);
enum outcome cmd_set(struct client *c, const struct args *args);
enum outcome cmd_resolve(struct client *c, const struct args *args);
enum outcome cmd_delete(struct client *c, const struct args *args);
enum outcome cmd_show(struct client *c, const struct args *args);
enum outcome cmd_list(struct client *c, const struct args *args);
enum outcome cmd_history(struct client *c, const struct args *args);

#endif
